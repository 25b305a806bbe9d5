import type { Move, Session } from "@rewright/plugin";

/** The rules of a session in two kinds, as moves that apply them wherever they match. */
export interface Kinds {
  /** One-way rules that make something simpler or name it; they come to an end. */
  readonly shrinking: readonly Move[];
  /** Rules that may go on for ever, or help only the others. */
  readonly growing: readonly Move[];
}

/**
 * Sorts a session's rules by kind, each kind in the session's order. Only a state that grows keeps what it was before a rule was applied; in
 * other spaces nothing is right to do wherever it can be done, and there are neither kinds.
 */
export function kinds(session: Session): Kinds {
  if (session.space !== "growth") return { shrinking: [], growing: [] };
  const growing = new Set(session.rules.filter((rule) => rule.growing).map((rule) => rule.name));
  const moves = session.moves({ granularity: "rule" });
  return {
    shrinking: moves.filter((move) => !growing.has(move.rule)),
    growing: moves.filter((move) => growing.has(move.rule)),
  };
}

/** Applies the shrinking rules until they change nothing more, at most `rounds` times. Returns how often anything changed. */
export async function shrink(
  session: Session,
  { shrinking }: Kinds,
  rounds: number = Infinity,
): Promise<number> {
  let changed = 0;
  for (let round = 0; round < rounds && !session.spent.all; round++) {
    const now = session.apply(shrinking);
    if (now === 0) break;
    changed += now;
    await session.breathe?.();
  }
  return changed;
}
