import type { Mark, Move, Session } from "@rewright/plugin";

/** Calls of a session in a row, after its limits are spent, that a strategy may need to come to its end. */
const FUTILE = 3_000;
/** Every so many calls it is looked whether the limits are spent: that reads the clock. */
const STRIDE = 32;
/** Moves that one `apply` is given at most. No rule matches as often. */
const MOVES = 4_000_000;

/** A session as it is lent to a strategy for one run. */
export interface Lease {
  readonly session: Session;
  /** From now on it changes nothing of the session, whoever still holds it. */
  end(): void;
}

/**
 * Lends a session. Whatever is called again and again after the limits are spent throws an Error in the end, so that a strategy that
 * never looks at them comes to an end as long as it uses its session at all; and one that goes on after its run, on a timer say, disturbs
 * nobody.
 */
export function lend(session: Session): Lease {
  let ended = false;
  let calls = 0;
  let late = 0;
  const attend = (): void => {
    if (++calls % STRIDE !== 0) return;
    late = ended || session.spent.all ? late + STRIDE : 0;
    if (late > FUTILE)
      throw new Error(
        `goes on ${FUTILE} calls after the limits of the run were spent: end when \`session.spent.all\` is true`,
      );
  };
  const asking =
    <A extends unknown[], R>(ask: (...given: A) => R): ((...given: A) => R) =>
    (...given) => {
      attend();
      return ask(...given);
    };
  const changing = <A extends unknown[]>(change: (...given: A) => void): ((...given: A) => void) =>
    asking((...given) => {
      if (!ended) change(...given);
    });
  const { estimate, exact, hash, breathe, note, focus, variant, observe } = session;
  const lent: Session = {
    space: session.space,
    rules: session.rules,
    signal: session.signal,
    ...(session.limits && { limits: session.limits }),
    get spent() {
      attend();
      return session.spent;
    },
    random: asking(() => (ended ? 0 : session.random())),
    moves: asking((filter) => session.moves(filter)),
    apply: asking((moves) => (ended ? 0 : session.apply(bounded(moves)))),
    mark: asking((): Mark => session.mark()),
    restore: changing((mark) => session.restore(mark)),
    cost: asking(() => session.cost()),
    best: asking(() => session.best()),
    regrow: changing((from) => session.regrow(from)),
    ...(estimate && { estimate: asking(estimate.bind(session)) }),
    ...(exact && { exact: asking(exact.bind(session)) }),
    ...(hash && { hash: asking(hash.bind(session)) }),
    ...(breathe && { breathe: asking(breathe.bind(session)) }),
    ...(note && { note: changing(note.bind(session)) }),
    ...(focus && { focus: changing(focus.bind(session)) }),
    ...(variant && { variant: asking(variant.bind(session)) }),
    ...(observe && { observe: asking(observe.bind(session)) }),
  };
  const end = (): void => {
    ended = true;
    late = 0;
  };
  return { session: Object.freeze(lent), end };
}

/** The moves, each of which must be one, and of which there must be an end. */
function bounded(moves: Iterable<Move>): readonly Move[] {
  const listed: Move[] = [];
  for (const move of moves) {
    if (typeof move?.rule !== "string" || !Array.isArray(move.at))
      throw new Error(
        "applied something that is no move: a move has the name of a rule as `rule`, and as `at` a list of numbers, empty for each place",
      );
    if (listed.length === MOVES)
      throw new Error(`applied more than ${MOVES} moves at once: is there an end to them?`);
    listed.push(move);
  }
  return listed;
}
