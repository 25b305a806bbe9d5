import type { Decision, Prior, StateValue } from "./guidance.ts";
import { likely, type RollOut } from "./roll-out.ts";
import { type Choice, puct, type Selection, ucb1 } from "./selection.ts";

/** How far and how wide to look, and how. */
export interface MctsOptions {
  /** Simulations before each move that is made. 64 unless said. */
  readonly simulations?: number;
  /** Searches, one after the other, each from the start, with a tree of its own and twice the simulations of the one before. 1 unless said. */
  readonly passes?: number;
  /** Moves of a roll-out at most. 6 unless said. */
  readonly depth?: number;
  /** The weight of curiosity, in UCB1 or PUCT. 1 unless said. */
  readonly exploration?: number;
  /** What a fall of cost one move later is worth, in (0, 1]. 0.95 unless said. */
  readonly discount?: number;
  /** Which move a simulation follows: `ucb1` unless said, `puct` where there is a prior. */
  readonly selection?: Selection;
  /** Below the root, the probability that a simulation tries a new move where there are such; 1 unless said. */
  readonly expansion?: number;
  /** How a simulation goes on from the state it has added: `likely()` unless said, which without a prior is `randomly()`. A function, since policies remember. */
  readonly rollOut?: () => RollOut;
  /** What a move is. "rule" unless said where states grow, elsewhere "both". */
  readonly granularity?: Granularity;
  /** Progressive widening: from a state visited n times, `factor` n^`exponent` moves are tried at most; all unless said. */
  readonly widening?: { readonly factor: number; readonly exponent: number };
  /** Matches listed in a state at most, of each rule its share. 50 unless said: where a state has many, more of them get in each other's way. */
  readonly matches?: number;
  /** States that hash alike are one, where the session can tell. True unless said. */
  readonly transpositions?: boolean;
  /** Simulations under way at once: each is a virtual loss to those that begin while it is. 1 unless said. */
  readonly batch?: number;
  /** The move made is the one most visited, or that of the highest mean. "visits" unless said. */
  readonly choice?: Choice;
  /** What was learned below the move that is made is kept for the next one. True unless said. */
  readonly reuse?: boolean;
  /** Returns are compared in units of the highest one, and not as shares of the cost at the start. True unless said. */
  readonly scaled?: boolean;
  /** Moves made in a pass at most. No limit unless said. */
  readonly moves?: number;
  /** Moves in a row made without anything cheaper having been found, after which a pass ends. 3 unless said. */
  readonly patience?: number;
  /** Probabilities of moves, as a policy has learned them. */
  readonly prior?: Prior;
  /** What states are worth, as learned; then that is a simulation's return, after its roll-out. */
  readonly value?: StateValue;
  /** Told of each move made, where there is a prior or a value. */
  readonly onDecision?: (decision: Decision) => void;
  /** Threads that search besides, each by itself from the same state (root parallelism). None unless said. */
  readonly workers?: WorkerOptions;
  /** Given the search's state as text, after each move made. */
  readonly onCheckpoint?: (checkpoint: string) => void;
  /** A text that `onCheckpoint` was given: the search goes on from there, on a session that is as that one was at its start. */
  readonly resume?: string;
}

/** A move is a rule with all its matches; or one match; or one match, and besides a rule with all its matches where it has several. */
export type Granularity = "rule" | "match" | "both";

/** Threads of a search. */
export interface WorkerOptions {
  /** How many. */
  readonly count: number;
  /**
   * A module that each imports. Its default export is a function of a seed that opens a session as the search's own is, which draws its
   * random numbers from that seed: `export default (seed: number): Session => …`.
   */
  readonly module: string | URL;
}

/** What holds nothing unless said. */
type Optional =
  | "granularity"
  | "widening"
  | "prior"
  | "value"
  | "onDecision"
  | "workers"
  | "onCheckpoint"
  | "resume";

/** The options with what holds unless said. */
export type Settings = Required<Omit<MctsOptions, "exploration" | Optional>> &
  Pick<MctsOptions, Optional>;

/** Fills in what holds unless said. Throws a RangeError for what means nothing. */
export function settingsOf(options: MctsOptions): Settings {
  const { exploration = 1, prior } = options;
  const settings = {
    simulations: 64,
    passes: 1,
    depth: 6,
    discount: 0.95,
    selection: prior ? puct(exploration) : ucb1(exploration),
    expansion: 1,
    rollOut: likely,
    matches: 50,
    transpositions: true,
    batch: 1,
    choice: "visits" as const,
    reuse: true,
    scaled: true,
    moves: Infinity,
    patience: 3,
    ...options,
  };
  const isCount = (n: number): boolean => n === Infinity || (Number.isInteger(n) && n >= 0);
  for (const name of ["simulations", "depth", "matches", "moves"] as const)
    if (!isCount(settings[name])) refuse(name, settings[name], "a whole number");
  for (const name of ["passes", "batch", "patience"] as const)
    if (!(isCount(settings[name]) && settings[name] >= 1))
      refuse(name, settings[name], "a whole number, at least 1");
  if (!(exploration >= 0)) refuse("exploration", exploration, "at least 0");
  if (!(settings.discount > 0 && settings.discount <= 1))
    refuse("discount", settings.discount, "in (0, 1]");
  if (!(settings.expansion > 0 && settings.expansion <= 1))
    refuse("expansion", settings.expansion, "in (0, 1]");
  const { widening, workers } = settings;
  if (widening && !(widening.factor > 0 && widening.exponent >= 0 && widening.exponent <= 1))
    refuse("widening", JSON.stringify(widening), "a factor above 0 and an exponent in [0, 1]");
  if (workers && !(Number.isInteger(workers.count) && workers.count >= 1))
    refuse("workers.count", workers.count, "a whole number, at least 1");
  return settings;
}

function refuse(name: string, value: unknown, wanted: string): never {
  throw new RangeError(`mcts: ${name} is ${value}: ${wanted}`);
}
