import type { Move, Session } from "@rewright/plugin";
import type { Edge, State } from "./state.ts";

/** What a search has come to. */
export interface Progress {
  /** Moves made. */
  readonly made: readonly Move[];
  /** The cheapest state seen, and the moves that lead there from the start. */
  readonly best: { readonly cost: number; readonly path: readonly Move[] };
  /** Moves in a row that were made without anything cheaper having been found. */
  readonly idle: number;
  /** What is known below the present state. */
  readonly root: State;
}

const FORMAT = "rewright-mcts";
const VERSION = 1;

/** A search's progress as text. Random numbers are the session's and are not in it: a search that goes on is as good, not the same. */
export function write(
  { made, best, idle, root }: Progress,
  session: Session,
  start: number,
): string {
  const numbers = new Map<State, number>();
  const states: unknown[] = [];
  const put = (state: State): number => {
    const known = numbers.get(state);
    if (known !== undefined) return known;
    const number = states.push(null) - 1;
    numbers.set(state, number);
    states[number] = {
      cost: state.cost,
      visits: state.visits,
      tried: state.tried.map((edge) => writeEdge(edge, edge.to && put(edge.to))),
      untried: state.untried.map((edge) => writeEdge(edge, undefined)),
    };
    return number;
  };
  put(root);
  const content = { made, best, idle, states };
  const task = taskOf(session, start);
  return JSON.stringify({
    format: FORMAT,
    version: VERSION,
    task,
    sum: sumOf(content),
    ...content,
  });
}

/** FNV-1a (Fowler, Noll and Vo) over what a checkpoint holds, so that damage is noticed. */
function sumOf(content: object): number {
  let sum = 0x811c9dc5;
  const text = JSON.stringify(content);
  for (let i = 0; i < text.length; i++) sum = Math.imul(sum ^ text.charCodeAt(i), 0x01000193);
  return sum >>> 0;
}

function writeEdge({ move, prior, visits, total, highest }: Edge, to: number | undefined): unknown {
  return { rule: move.rule, at: move.at, prior, visits, total, highest, to };
}

/** Reads what `write` wrote. Throws an Error for what it did not, or of another session, rules or version. */
export function read(text: string, session: Session, start: number): Progress {
  let content: Record<string, unknown>;
  try {
    content = JSON.parse(text) as Record<string, unknown>;
  } catch (caught) {
    throw new Error(
      `the checkpoint cannot be read, as if it were cut off (${(caught as Error).message}); begin without it, or with an earlier one`,
    );
  }
  const { format, version, task, sum, ...rest } = content ?? {};
  if (format !== FORMAT) throw new Error("what was given as a checkpoint is none of mcts");
  if (version !== VERSION)
    throw new Error(
      `the checkpoint is of version ${JSON.stringify(version)}, this mcts reads ${VERSION}; begin without it`,
    );
  if (task !== taskOf(session, start))
    throw new Error(
      "the checkpoint is of another search: the space, the rules or the cost at the start differ",
    );
  if (sum !== sumOf(rest))
    throw new Error(
      "the checkpoint is damaged: what it holds does not agree with its sum; begin without it, or with an earlier one",
    );
  const { made, best, idle, states } = rest as unknown as Content;
  return { made, best: readBest(best), idle, root: readStates(states)[0] as State };
}

/** What a checkpoint holds. */
interface Content {
  readonly made: readonly Move[];
  readonly best: Progress["best"];
  readonly idle: number;
  readonly states: readonly Written[];
}

function readStates(states: readonly Written[]): readonly State[] {
  const read = states.map(
    ({ cost, visits }): State => ({
      ...{ cost: cost ?? Infinity, visits },
      ...{ tried: [], untried: [], observation: undefined },
    }),
  );
  for (const [i, { tried, untried }] of states.entries()) {
    const state = read[i] as State;
    for (const edge of tried) state.tried.push(readEdge(edge, read));
    for (const edge of untried) state.untried.push(readEdge(edge, read));
  }
  return read;
}

interface WrittenEdge {
  readonly rule: string;
  readonly at: readonly number[];
  readonly prior: number;
  readonly visits: number;
  readonly total: number;
  readonly highest: number;
  readonly to?: number;
}

interface Written {
  readonly cost: number | null;
  readonly visits: number;
  readonly tried: readonly WrittenEdge[];
  readonly untried: readonly WrittenEdge[];
}

function readEdge({ rule, at, to, ...counts }: WrittenEdge, states: readonly State[]): Edge {
  const target = to === undefined ? undefined : states[to];
  return { move: { rule, at }, ...counts, pending: 0, to: target };
}

/** JSON has no Infinity. */
function readBest({
  cost,
  path,
}: {
  cost: number | null;
  path: readonly Move[];
}): Progress["best"] {
  return { cost: cost ?? Infinity, path };
}

/** What must be the same for a checkpoint to be of use. */
function taskOf({ space, rules }: Session, start: number): string {
  return JSON.stringify([space, start, rules.map(({ name, growing }) => [name, growing])]);
}
