import type { EGraph } from "../egraph.ts";
import { EGraphError } from "../error.ts";
import type { Extraction } from "../extract/extraction.ts";
import type { Id } from "../ids.ts";
import type { Syntax } from "../term.ts";
import type { Describe } from "./application.ts";
import { Bridges } from "./bridge.ts";
import type { Derivation } from "./derivation.ts";
import { Equations } from "./equations.ts";
import { Explainer } from "./explainer.ts";
import { type Goal, Itineraries } from "./itinerary.ts";
import { type Alternatives, Links } from "./links.ts";
import { type Point, Points } from "./point.ts";
import type { Proof } from "./proof.ts";
import { Shortcuts } from "./shortcuts.ts";
import { Source } from "./source.ts";
import { TermTable } from "./terms.ts";
import { flatten, write } from "./writing.ts";

/** How to explain. */
export interface ExplainOptions extends Pick<Syntax, "write"> {
  /** Proofs of at most this many steps are one chain without lemmas: 200 when not given. */
  readonly flat?: number;
  /**
   * How hard to look for a short proof: how many links between terms to weigh at most, 100,000 when not given;
   * 0 gives the proof that follows how the graph grew.
   */
  readonly effort?: number;
}

/** What the reasons of unions mean: a {@link Journal}, which also knows what else could be applied, or a function. */
export type Reasons = Describe | (Alternatives & { readonly describe: Describe });

/**
 * Why two ids are equal: a chain of steps from the term that `a` was created with to the term that `b` was
 * created with. Throws an {@link EGraphError}: `unequal` when they are not equal, `pending` when the graph is not
 * rebuilt, `option` when it keeps no proofs; and an Error when what is said of a reason does not fit the union.
 */
export function explain<D>(
  graph: EGraph<D>,
  a: Id,
  b: Id,
  reasons: Reasons,
  options: ExplainOptions = {},
): Proof {
  if (graph.find(a) !== graph.find(b))
    throw new EGraphError("unequal", `${a} and ${b} are not known to be equal`);
  const goal = (points: Points): Goal => ({ from: points.of(a), to: points.of(b) });
  return prove(new Source(graph), goal, reasons, options);
}

/**
 * How an extracted program came from the original: a chain of steps from the term that `original` was created
 * with to the term that was extracted for its class, its children in the order their e-nodes were given. Throws
 * as {@link explain} does, and as the extraction does for a class that is not part of it.
 */
export function explainExtraction<D>(
  graph: EGraph<D>,
  original: Id,
  extraction: Extraction,
  reasons: Reasons,
  options: ExplainOptions = {},
): Proof {
  const source = new Source(graph);
  const goal = (points: Points): Goal => ({
    from: points.of(original),
    to: extracted(source.find(original), extraction, source, points),
  });
  return prove(source, goal, reasons, options);
}

/** The term that was extracted for a class. */
function extracted(root: Id, extraction: Extraction, source: Source, points: Points): Point {
  const chosen = new Map<Id, Point>();
  const todo = [root];
  for (let id = todo.at(-1); id !== undefined; id = todo.at(-1)) {
    const node = extraction.choice(id);
    const classes = source.children(node).map((child) => source.find(child));
    const waiting = chosen.has(id) ? [] : classes.filter((child) => !chosen.has(child));
    todo.push(...waiting);
    if (waiting.length > 0) continue;
    todo.pop();
    const children = classes.map((child) => chosen.get(child) as Point);
    chosen.set(id, points.node(source.op(node), source.arg(node), children, node));
  }
  return chosen.get(root) as Point;
}

function prove(
  source: Source,
  goal: (points: Points) => Goal,
  reasons: Reasons,
  options: ExplainOptions,
): Proof {
  if (!source.clean)
    throw new EGraphError(
      "pending",
      "the e-graph has unions pending: call rebuild() before explaining",
    );
  const { effort = 100_000, flat = 200, write: spell } = options;
  const bridges = new Bridges(source);
  const describe = typeof reasons === "function" ? reasons : reasons.describe;
  const equations = new Equations(source, bridges, describe);
  const alternatives = typeof reasons === "function" ? undefined : reasons;
  const links = new Links(source, bridges, equations, alternatives);
  const terms = new TermTable(source, spell);
  const points = new Points(source, terms);
  const itineraries = new Itineraries(source, terms, points);
  const derive = (effort: number): Derivation | undefined => {
    const shortcuts = new Shortcuts(source, equations, links, points, itineraries, effort);
    return new Explainer(terms, points, shortcuts).explain(goal(points));
  };
  const found = derive(0);
  const short = effort > 0 ? derive(effort) : undefined;
  const derivation =
    short && short.length < (found?.length ?? Number.POSITIVE_INFINITY) ? short : found;
  if (!derivation) throw new Error("the equations of this graph rest on one another");
  const proof = write(derivation);
  return flatten(proof, flat) ?? proof;
}
