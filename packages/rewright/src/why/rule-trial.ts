import type { Rule } from "@rewright/dsl";
import type { Graph } from "@rewright/plugin";
import { type Finalist, substitution } from "@rewright/search";
import { type Found, sayable, type Task } from "../search.ts";
import { openSize } from "../sizes.ts";
import { missingFrom, type PricedGraph, type PricedNode, priceGraph } from "./graph-cost.ts";

/** What a rewrite at one place of a program comes to. */
interface Place {
  /** The whole program before and after. */
  readonly before: number;
  readonly after: number;
  /** The operators that go, and those that come: both sides of the rewrite, as far as they differ. */
  readonly removed: readonly PricedNode[];
  readonly added: readonly PricedNode[];
}

/** Why a rule matches nowhere. */
interface Hindrance {
  /** Conditions without which it would match, each alone; and how often then. */
  readonly conditions: readonly { readonly text: string; readonly matches: number }[];
  /** Operators that its left side needs and the program has not. */
  readonly missing: readonly string[];
}

/** What became of one direction of a rule. */
export interface RuleTrial {
  readonly name: string;
  readonly file: string;
  readonly line: number;
  /** The result rests on it. */
  readonly used: boolean;
  /** Matches that the search saw, again in each round, and applications that changed the e-graph. */
  readonly matched: number;
  readonly fired: number;
  /** What it would do to the model as it is, place by place, and to the best program found. */
  readonly inModel: readonly Place[];
  readonly inResult: readonly Place[];
  /** Where it matches nowhere in the model. */
  readonly hindrance: Hindrance | null;
  /** What shapes it asks for beyond what it says, as inferred. */
  readonly guard: readonly string[];
  /** The answer, in a sentence. */
  readonly verdict: string;
}

/** Places that are looked at, at most: a model with more has them alike. */
const mostPlaces = 20;
/** Seconds and operators that trying a rule may take. */
const budget = { seconds: 20, nodes: 200_000 };

/** Tries a rule on the model and on the best program that the search found. */
export async function tryRule(
  rule: Rule,
  task: Task,
  { session, finalists, start }: Found,
  signal: AbortSignal,
): Promise<RuleTrial> {
  const best = finalists[0];
  const { name, file, line, guard } = rule;
  const statistics = session.statistics.find((one) => one.rule === name);
  const inModel = await placesOf(rule, task.model.graph, task, signal);
  const inResult = best === undefined ? [] : await placesOf(rule, best.graph, task, signal);
  const known = {
    used: best?.rules.includes(name) ?? false,
    matched: statistics?.matches ?? 0,
    fired: statistics?.fired ?? 0,
    inModel,
    inResult,
    hindrance: inModel.length > 0 ? null : hindranceOf(rule, task.model.graph, task),
  };
  const unit = task.tools.backend.costModel.unit;
  return { name, file, line, guard, ...known, verdict: verdictOf(known, { best, start, unit }) };
}

/** A session over single programs with this rule alone. */
function sessionOf(rule: Rule, graph: Graph, { model, tools, bind, options }: Task) {
  const session = substitution({
    ...{ graph, rules: [rule], dialects: tools.dialects, budget },
    costModel: sayable(tools.backend.costModel, model),
    bind: (dim) => bind[dim] ?? openSize,
  });
  session.tolerate(options.error ?? 0);
  return session;
}

/** What the rule makes of a program, at each place where it matches and changes something. */
async function placesOf(
  rule: Rule,
  graph: Graph,
  task: Task,
  signal: AbortSignal,
): Promise<readonly Place[]> {
  const session = sessionOf(rule, graph, task);
  const { costModel } = task.tools.backend;
  const priced = (some: Graph): Promise<PricedGraph> =>
    priceGraph(
      some,
      { unit: costModel.unit, cost: (node) => costModel.cost(node) },
      task.bind,
      signal,
    );
  const old = await priced(graph);
  const before = session.cost();
  const places: Place[] = [];
  const moves = session.moves({ rule: rule.name, granularity: "match", limit: mostPlaces });
  for (const move of moves) {
    signal.throwIfAborted();
    const mark = session.mark();
    if (session.apply([move]) > 0) {
      const now = await priced(session.best().graph);
      places.push({
        ...{ before, after: session.cost() },
        removed: missingFrom(old, now),
        added: missingFrom(now, old),
      });
    }
    session.restore(mark);
  }
  return places;
}

/** What keeps a rule from matching anywhere in a program, as far as its text tells. */
function hindranceOf(rule: Rule, graph: Graph, task: Task): Hindrance {
  const matches = (conditions: Rule["conditions"]): number =>
    sessionOf({ ...rule, conditions }, graph, task).moves({
      ...{ rule: rule.name, granularity: "match", limit: mostPlaces },
    }).length;
  const conditions = rule.conditions.flatMap((one) => {
    const count = matches(rule.conditions.filter((other) => other !== one));
    return count > 0 ? [{ text: one.text, matches: count }] : [];
  });
  const all = rule.conditions.length > 1 && conditions.length === 0 ? matches([]) : 0;
  if (all > 0)
    conditions.push({ text: rule.conditions.map(({ text }) => text).join(", "), matches: all });
  const known = new Set(graph.nodes.map(({ op }) => op));
  return { conditions, missing: operatorsOf(rule).filter((op) => !known.has(op)) };
}

/** The operators of a rule's left side. */
function operatorsOf(rule: Rule): readonly string[] {
  const found = new Set<string>();
  const walk = (value: unknown): void => {
    if (Array.isArray(value)) for (const item of value) walk(item);
    else if (typeof value === "object" && value !== null) {
      const { kind, name, operands, of, element } = value as Readonly<Record<string, unknown>>;
      if (kind === "apply") found.add(name as string);
      for (const part of [operands, of, element]) walk(part);
    }
  };
  walk(rule.left);
  return [...found];
}

const money = (cost: number): string => cost.toPrecision(4);

function verdictOf(
  trial: Pick<RuleTrial, "used" | "matched" | "fired" | "inModel" | "inResult" | "hindrance">,
  { best, start, unit }: { best: Finalist | undefined; start: number; unit: string },
): string {
  const { used, fired, matched, inModel, inResult, hindrance } = trial;
  const cheapest = inModel.reduce<Place | undefined>(
    (least, place) => (least === undefined || place.after < least.after ? place : least),
    undefined,
  );
  const sides = (place: Place): string => {
    const sum = (nodes: readonly PricedNode[]): string =>
      money(nodes.reduce((total, { cost }) => total + cost, 0));
    return `its result costs ${sum(place.added)} against ${sum(place.removed)} ${unit}`;
  };
  if (used)
    return `taken: the result rests on it${cheapest ? `; alone, at the best of ${inModel.length} places in the model, ${sides(cheapest)}` : "; it matches nowhere in the model as it is, but after other rewrites"}`;
  if (cheapest !== undefined) {
    const found = `not taken: it matches at ${inModel.length}${inModel.length === mostPlaces ? " or more" : ""} places in the model, and at the best of them ${sides(cheapest)}`;
    if (cheapest.after >= cheapest.before)
      return `${found}: nothing is gained by it${inResult.some((place) => place.after < place.before) ? " there" : ""}`;
    const reached = best?.cost ?? start;
    return reached <= cheapest.after
      ? `${found}; but what was found instead is cheaper still: ${money(reached)} against ${money(cheapest.after)} ${unit} for the whole`
      : `${found}: the search did not come to it; allow it more with --seconds and --nodes`;
  }
  if (fired > 0) {
    const place = inResult[0];
    return `not taken: it matches nowhere in the model as it is; after other rewrites the search applied it ${fired} times, and the cheapest program does without${place ? `, where ${sides(place)}` : ""}`;
  }
  if (matched > 0)
    return `not taken: it matched ${matched} times in the search, and what it would build was ill-shaped, or there already`;
  if (hindrance && hindrance.conditions.length > 0) {
    const named = hindrance.conditions.map(
      ({ text, matches }) =>
        `\`${text}\` (without it ${matches} ${matches === 1 ? "match" : "matches"})`,
    );
    return `not taken: its left side is there, and a condition keeps it from matching: ${named.join(" or ")}`;
  }
  if (hindrance && hindrance.missing.length > 0)
    return `not taken: it matches nowhere; the model has no ${hindrance.missing.join(", no ")}`;
  return "not taken: its left side matches nowhere in the model, nor did it after other rewrites";
}
