/**
 * Every place of a file where something is named, and what is named there: found rule by rule, when it is asked for.
 *
 * @module
 */

import type { DocumentFile } from "../document-file.ts";
import type { Declaration, RuleDecl, RulesDecl } from "../syntax.ts";
import type { Analysis } from "./analysis.ts";
import { readFragment } from "./fragment.ts";
import { type Mention, Naming } from "./naming.ts";
import { readDeclaration, readRule } from "./reading.ts";
import { isSame, type Referent } from "./referent.ts";

/** The mentions of a file, by the declarations and rules that they stand in. */
class Index {
  readonly #known: DocumentFile;
  readonly #naming: Naming;
  readonly #trees = new Map<number, Declaration | readonly [RuleDecl, RulesDecl]>();
  readonly #found: (readonly Mention[] | undefined)[] = [];
  #all: readonly Mention[] | undefined;

  constructor(known: DocumentFile, analysis: Analysis) {
    this.#known = known;
    this.#naming = new Naming(known, analysis);
    for (const decl of known.module.declarations) {
      this.#trees.set(decl.span.start, decl);
      if (decl.kind !== "rules") continue;
      for (const rule of decl.rules) this.#trees.set(rule.span.start, [rule, decl]);
    }
  }

  /** The mentions in the `i`th declaration or rule of the file. */
  piece(i: number): readonly Mention[] {
    let found = this.#found[i];
    if (!found) {
      found = this.#read(i);
      this.#found[i] = found;
    }
    return found;
  }

  get all(): readonly Mention[] {
    this.#all ??= this.#known.fabric.pieces.flatMap((_, i) => this.piece(i));
    return this.#all;
  }

  #read(i: number): readonly Mention[] {
    const piece = this.#known.fabric.pieces[i];
    if (!piece) return [];
    const tree = this.#trees.get(piece.tokens[0]?.startOffset ?? 0);
    if (!tree) readFragment(piece, this.#naming);
    else if ("kind" in tree) readDeclaration(tree, this.#naming);
    else readRule(...tree, this.#naming);
    return this.#naming.take();
  }
}

const indices = new WeakMap<DocumentFile, Index>();

function indexOf(known: DocumentFile, analysis: Analysis): Index {
  let index = indices.get(known);
  if (!index) {
    index = new Index(known, analysis);
    indices.set(known, index);
  }
  return index;
}

/** The mentions in a file, in order; none overlap. */
export function mentionsIn(known: DocumentFile, analysis: Analysis): readonly Mention[] {
  return indexOf(known, analysis).all;
}

/** The mentions in the declarations and rules of a file that touch a stretch of it. */
export function mentionsAround(
  known: DocumentFile,
  analysis: Analysis,
  start: number,
  end: number = start,
): readonly Mention[] {
  const index = indexOf(known, analysis);
  const { fabric } = known;
  // What ends where the stretch begins touches it.
  const first = Math.max(0, fabric.piecesBefore(start) - 1);
  const last = fabric.piecesBefore(end + 1);
  const pieces = Array.from({ length: Math.max(0, last - first) }, (_, i) =>
    index.piece(first + i),
  );
  return pieces.flat();
}

/** What is named at an offset, or right before it. */
export function mentionAt(
  known: DocumentFile,
  analysis: Analysis,
  offset: number,
): Mention | undefined {
  // Where two touch, what begins there is meant.
  return mentionsAround(known, analysis, offset).findLast(
    ({ span }) => span.start <= offset && offset <= span.end,
  );
}

/** The mentions of one referent in a file. */
export function mentionsOf(
  referent: Referent,
  known: DocumentFile,
  analysis: Analysis,
): readonly Mention[] {
  const { file, within } = referent;
  if (typeof within === "number" && file !== known.file) return [];
  const there =
    typeof within === "number"
      ? mentionsAround(known, analysis, within)
      : mentionsIn(known, analysis);
  return there.filter((mention) => isSame(mention.referent, referent));
}
