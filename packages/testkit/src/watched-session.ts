import type { Graph, Mark, Move, Observation, RuleInfo, Session } from "@rewright/plugin";
import type { GrowthSession } from "@rewright/search";
import { serialize } from "egraph-ts";

/** Marks of which the e-graph is kept as text: comparing is dear, and the first ones tell. */
const KEPT = 12;

/** Passes everything on to a growth session, and takes notes. */
export class WatchedSession implements Session {
  readonly space = "growth";
  readonly rules: readonly RuleInfo[];
  /** What was applied, in order. */
  readonly applied: string[] = [];
  /** The most e-nodes there were after an application. */
  nodes = 0;
  /** The e-graph was not, after `restore`, what it was at the mark. */
  spoilt = false;
  readonly #session: GrowthSession;
  readonly #onCall: (calls: number) => void;
  readonly #marks = new Map<Mark, string>();
  #calls = 0;

  constructor(session: GrowthSession, onCall: (calls: number) => void = () => {}) {
    this.#session = session;
    this.#onCall = onCall;
    this.rules = session.rules;
  }

  get signal(): AbortSignal {
    return this.#session.signal;
  }

  get spent(): Session["spent"] {
    this.#count();
    return this.#session.spent;
  }

  random(): number {
    return this.#session.random();
  }

  moves(filter?: Parameters<Session["moves"]>[0]): readonly Move[] {
    this.#count();
    return this.#session.moves(filter);
  }

  apply(moves: Iterable<Move>): number {
    this.#count();
    const listed = [...moves];
    const changed = this.#session.apply(listed);
    this.applied.push(listed.map(({ rule, at }) => `${rule}@${at}`).join("+"));
    this.nodes = Math.max(this.nodes, this.#session.spent.nodes);
    return changed;
  }

  mark(): Mark {
    this.#count();
    const mark = this.#session.mark();
    if (this.#marks.size < KEPT) this.#marks.set(mark, this.#state());
    return mark;
  }

  restore(mark: Mark): void {
    this.#count();
    this.#session.restore(mark);
    const then = this.#marks.get(mark);
    if (then !== undefined && then !== this.#state()) this.spoilt = true;
  }

  cost(): number {
    this.#count();
    return this.#session.cost();
  }

  best(): { readonly cost: number; readonly graph: Graph } {
    this.#count();
    return this.#session.best();
  }

  regrow(from?: Graph): void {
    this.#count();
    this.#session.regrow(from);
  }

  breathe(): Promise<void> | undefined {
    this.#count();
    return this.#session.breathe();
  }

  observe(moves: readonly Move[]): Observation {
    return this.#session.observe(moves);
  }

  get limits(): NonNullable<Session["limits"]> {
    return this.#session.limits;
  }

  estimate(): number {
    this.#count();
    return this.#session.estimate();
  }

  note(text: string): void {
    this.#session.note(text);
  }

  #count(): void {
    this.#onCall(++this.#calls);
  }

  #state(): string {
    return serialize(this.#session.egraph);
  }
}
