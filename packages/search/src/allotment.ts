import type { Session } from "@rewright/plugin";

/** Calls of `apply` after a share is spent, as a session bears them after its limits are. */
const FUTILE = 1_000;

/**
 * A session of which a strategy may spend only a share of what is left, in time and in iterations: beyond that it looks spent, and nothing can be
 * applied. What it does is done to the session itself.
 *
 * @param share of what is left of the run's limits, in (0, 1]; of limits that the session does not tell, all
 */
export function allot(session: Session, share: number): Session {
  const { spent: before, limits } = session;
  const until = (spent: number, limit = Infinity): number => spent + share * (limit - spent);
  const ms = until(before.ms, limits?.ms);
  const iterations = until(before.iterations, limits?.iterations);
  const isOver = (): boolean => {
    const now = session.spent;
    return now.all || now.ms >= ms || now.iterations >= iterations;
  };
  let futile = 0;
  const refuse = (): 0 => {
    if (++futile <= FUTILE) return 0;
    throw new Error(
      `applied moves ${FUTILE} times after the limits of its share were spent: end when \`session.spent.all\` is true`,
    );
  };
  return {
    space: session.space,
    rules: session.rules,
    signal: session.signal,
    limits: { nodes: limits?.nodes ?? Infinity, ms, iterations },
    get spent() {
      return { ...session.spent, all: isOver() };
    },
    random: () => session.random(),
    moves: (filter) => session.moves(filter),
    apply: (moves) => (isOver() && !session.spent.all ? refuse() : session.apply(moves)),
    mark: () => session.mark(),
    restore: (mark) => session.restore(mark),
    cost: () => session.cost(),
    best: () => session.best(),
    regrow: (from) => session.regrow(from),
    ...(session.estimate && { estimate: () => (session.estimate as () => number)() }),
    ...(session.exact && { exact: session.exact.bind(session) }),
    ...(session.hash && { hash: () => (session.hash as () => string)() }),
    ...(session.breathe && { breathe: () => session.breathe?.() }),
    ...(session.note && { note: (text: string) => session.note?.(text) }),
    ...(session.focus && { focus: session.focus.bind(session) }),
    ...(session.variant && { variant: session.variant.bind(session) }),
    ...(session.observe && { observe: session.observe.bind(session) }),
  };
}
