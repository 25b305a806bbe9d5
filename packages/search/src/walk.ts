import type { Move, Session } from "@rewright/plugin";
import { type Kinds, shrink } from "./shrink.ts";

/** Rounds of shrinking rules after each growing one. */
const ROUNDS = 3;

/** What there is to choose from: the growing rules; where there are none, all; where a state does not grow, every single move. */
export function choices(session: Session, { growing, shrinking }: Kinds): readonly Move[] {
  if (session.space !== "growth") return session.moves({ granularity: "match" });
  return growing.length > 0 ? growing : shrinking;
}

/**
 * Makes a move of those drawn at random that changes something, and lets the shrinking rules follow. Returns it; `undefined`
 * where none does.
 */
export async function wander(session: Session, rules: Kinds): Promise<Move | undefined> {
  const open = [...choices(session, rules)];
  while (open.length > 0 && !session.spent.all) {
    const [move] = open.splice(Math.floor(session.random() * open.length), 1) as [Move];
    if (await step(session, rules, move)) return move;
  }
  return undefined;
}

/** Makes a move and lets the shrinking rules follow; whether it changed anything. */
export async function step(session: Session, rules: Kinds, move: Move): Promise<boolean> {
  if (session.apply([move]) === 0) return false;
  if (rules.growing.length > 0) await shrink(session, rules, ROUNDS);
  return true;
}
