/**
 * Every place of a file where something is named, and what is named there.
 *
 * @module
 */

import type { Analysis, KnownFile } from "./analysis.ts";
import { countBefore } from "./fabric.ts";
import { readFragments } from "./fragment.ts";
import { type Mention, Naming } from "./naming.ts";
import { readModule } from "./reading.ts";
import { keyOf, type Referent } from "./referent.ts";

const found = new WeakMap<KnownFile, readonly Mention[]>();

/** The mentions in a file, in order; none overlap. */
export function mentionsIn(known: KnownFile, analysis: Analysis): readonly Mention[] {
  let mentions = found.get(known);
  if (!mentions) {
    const naming = new Naming(known, analysis);
    readModule(known.module, naming);
    readFragments(naming);
    ({ mentions } = naming);
    found.set(known, mentions);
  }
  return mentions;
}

/** What is named at an offset, or right before it. */
export function mentionAt(
  known: KnownFile,
  analysis: Analysis,
  offset: number,
): Mention | undefined {
  const mentions = mentionsIn(known, analysis);
  const at = countBefore(mentions, offset + 1, ({ span }) => span.start) - 1;
  // Where two touch, what begins there is meant.
  return [mentions[at], mentions[at - 1]].find(
    (mention) => mention && mention.span.start <= offset && offset <= mention.span.end,
  );
}

/** The mentions of one referent in a file. */
export function mentionsOf(
  referent: Referent,
  known: KnownFile,
  analysis: Analysis,
): readonly Mention[] {
  const key = keyOf(referent);
  return mentionsIn(known, analysis).filter((mention) => keyOf(mention.referent) === key);
}
