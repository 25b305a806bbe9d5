import type { SearchStrategy, Session } from "@rewright/plugin";
import { allot } from "./allotment.ts";
import { anneal } from "./anneal.ts";
import { beam } from "./beam.ts";
import { climbs } from "./climbs.ts";
import { greedy } from "./greedy.ts";
import { multistart } from "./multistart.ts";
import { saturate } from "./saturate.ts";

/** How `auto` divides what it may spend. */
export interface AutoOptions {
  /** The share of the run's time and iterations within which saturation must come to its end. 0.4 unless said. */
  readonly share?: number;
  /** Who goes on where it does not, one after the other, again and again. Those told of at `auto` unless said. */
  readonly guided?: readonly SearchStrategy[];
  /** Who takes turns with these besides; nobody does where parts of a program can be grown by themselves. */
  readonly besides?: readonly SearchStrategy[];
}

/** The share of what is left that may be taken to show that an e-graph holds no cheaper program. */
const PROOF = 0.5;
/** The share of the run within which all programs must have been seen, where a state is one. */
const SWEEP = 0.05;
/** E-nodes of the largest windows that are grown of a part of a program. */
const WINDOW = { least: 16, most: 2_000 };
/** Falls of cost below this share of it are noise of the addition. */
const NOISE = 1e-9;
/** Who takes turns in an e-graph that is emptied again and again, */
const GROWERS = [saturate({ matchLimit: 100 }), greedy(), anneal({ starts: 1, steps: 50 })];
/** and who does where a state is one program. */
const WALKERS = [anneal()];

/**
 * Spends a given time well. It ends before that is spent where nothing is left to find, and only there.
 *
 * Where states grow it saturates, if the rules come to rest within a share of the time: then the e-graph holds every program that they lead to, and if an
 * exact extraction shows that none of them is cheaper than the one found, that is the end. Otherwise it climbs: saturation with rules held back early,
 * greedy steps and walks take turns in an e-graph that is emptied again and again; where parts of a program can be grown by themselves, windows of those
 * are, from many starts. Where a state is one program it looks at all of them, which is the end if they are few; otherwise at what greedy steps, a beam
 * and annealing come by. It says what it chose, and why.
 */
export function auto({ share = 0.4, guided, besides = [] }: AutoOptions = {}): SearchStrategy {
  if (!(share > 0 && share <= 1))
    throw new RangeError(`auto: the share of saturation is ${share}: above 0, and at most 1`);
  return {
    kind: "strategy",
    spec: 1,
    name: "auto",
    async search(session) {
      const grows = session.space === "growth";
      const start = session.best().graph;
      const left = grows ? await saturated(session, share) : await seen(session);
      if (left === undefined) return;
      session.note?.(left);
      if (!guided && !grows)
        for (const once of [greedy(), beam()]) await once.search(allot(session, 0.5));
      session.cost(); // So that what has been found so far counts.
      session.regrow(start);
      if (!guided && session.focus) return await windows(session).search(session);
      const gains = await climbs(session, [...(guided ?? (grows ? GROWERS : WALKERS)), ...besides]);
      for (const [name, rest] of gains) session.note?.(`${name} found ${percent(1 - rest)} less`);
    },
  };
}

/** Saturates within a share. Returns why it goes on, and how; `undefined` where nothing is left to find. */
async function saturated(session: Session, share: number): Promise<string | undefined> {
  const onward = (why: string): string => `went on by guided search: ${why}`;
  const part = allot(session, share);
  await saturate().search(part);
  const { all, full } = part.spent;
  if (all) return onward(`saturation did not come to its end in ${percent(share)} of the time`);
  if (full) return onward("the e-graph was full before the rules came to rest");
  const found = session.cost();
  const exact = session.exact?.(PROOF * ((session.limits?.ms ?? Infinity) - session.spent.ms));
  if (exact && exact.cost < found * (1 - NOISE))
    session.note?.(`exact extraction found ${percent(1 - exact.cost / found)} less`);
  if (full === undefined || exact?.proven === false)
    return onward(
      "the rules came to rest, but it is not shown that the e-graph holds no cheaper program",
    );
  session.note?.(
    "saturated: the rules came to rest, and the e-graph holds all that they lead to; nothing in it is cheaper than what was found",
  );
  return undefined;
}

/** Looks at all states within a share. Returns why it goes on, and how; `undefined` where it has seen all. */
async function seen(session: Session): Promise<string | undefined> {
  const start = session.mark();
  const part = allot(session, SWEEP);
  if (session.hash) await beam({ width: Number.MAX_SAFE_INTEGER, alpha: Infinity }).search(part);
  if (session.hash && !part.spent.all) {
    session.note?.("all that the moves lead to was seen; nothing is cheaper than what was found");
    return undefined;
  }
  session.restore(start);
  return "a state is one program, which cannot be saturated: greedy steps, then a beam and annealing";
}

/** Grows parts of the program by themselves. */
function windows({ limits }: Session): SearchStrategy {
  const nodes = Math.min(limits?.nodes ?? Infinity, WINDOW.most);
  return multistart({ nodes: Math.max(nodes, WINDOW.least) });
}

const percent = (share: number): string => `${(100 * share).toPrecision(2)} %`;
