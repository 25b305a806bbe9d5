import type { EGraph } from "../egraph.ts";
import type { Extraction } from "../extract/extraction.ts";
import type { Id } from "../ids.ts";
import type { Syntax } from "../term.ts";
import type { Describe } from "./application.ts";
import type { Derivation } from "./derivation.ts";
import { Explainer } from "./explainer.ts";
import type { Proof } from "./proof.ts";
import { Source } from "./source.ts";
import { TermTable } from "./terms.ts";
import { flatten, write } from "./writing.ts";

/** How to explain. */
export interface ExplainOptions extends Pick<Syntax, "write"> {
  /** Proofs of at most this many steps are one chain without lemmas: 200 when not given. */
  readonly flat?: number;
}

/**
 * Why two ids are equal: a chain of steps from the term that `a` was created with to the term that `b` was
 * created with. `describe` tells what the reasons of unions mean. Throws when they are not equal, when the
 * graph keeps no proofs, or when a description does not fit the union it describes.
 */
export function explain<D>(
  graph: EGraph<D>,
  a: Id,
  b: Id,
  describe: Describe,
  options: ExplainOptions = {},
): Proof {
  const source = new Source(graph);
  const terms = new TermTable(source, options.write);
  if (graph.find(a) !== graph.find(b)) throw new Error(`${a} and ${b} are not known to be equal`);
  return finish(new Explainer(source, terms, describe).equal(a, b), options);
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
  describe: Describe,
  options: ExplainOptions = {},
): Proof {
  const source = new Source(graph);
  const terms = new TermTable(source, options.write);
  return finish(new Explainer(source, terms, describe, extraction).extracted(original), options);
}

function finish(derivation: Derivation, options: ExplainOptions): Proof {
  const proof = write(derivation);
  return flatten(proof, options.flat ?? 200) ?? proof;
}
