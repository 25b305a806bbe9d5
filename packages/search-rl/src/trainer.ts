import type { Algorithm, Telling, Trial } from "./algorithm.ts";
import { mean } from "./algorithm.ts";
import { pack, unpack } from "./container.ts";
import { Dice } from "./dice.ts";
import { type Episode, play } from "./episode.ts";
import type { Learner } from "./learner.ts";
import { Policy, type PolicyDescription } from "./policy.ts";
import { PolicyError } from "./policy-error.ts";
import { Practice, type Problem } from "./problem.ts";
import type { Computing } from "./programs.ts";

/** How to train. */
export interface TrainerOptions {
  readonly problems: readonly Problem[];
  /** It is changed. */
  readonly policy: Policy;
  readonly algorithm: Algorithm;
  /** Episodes an update. 10 unless said. */
  readonly episodes?: number;
  /** Decisions an episode at most. 100 unless said. */
  readonly horizon?: number;
  /** Moves that are looked at in a state. 500 unless said. */
  readonly moves?: number;
  /**
   * Updates after which sessions are opened anew, since what they store grows, and the state of training is kept to go on from. 10 unless said.
   */
  readonly fresh?: number;
  /** 1 unless said. */
  readonly seed?: number;
  /** `reference` for the same weights from the same seed wherever it runs. `simd` unless said. */
  readonly computing?: Computing;
}

/** What became of one update. */
export interface Point {
  /** Counted from 1. */
  readonly update: number;
  /** Decisions that the episodes took. */
  readonly decisions: number;
  /** How far the cost fell, down to the lowest on the way: the mean over the episodes of shares of the start's. */
  readonly fall: number;
  /** What the algorithm tells of its update. */
  readonly told: Telling;
}

const VERSION = 1;

/** What makes one training another: a checkpoint is good for the same only. */
interface Setting {
  readonly algorithm: string;
  readonly settings: Readonly<Record<string, number>>;
  readonly problems: readonly string[];
  readonly episodes: number;
  readonly horizon: number;
  readonly moves: number;
  readonly fresh: number;
  readonly seed: number;
  readonly computing: Computing;
}

interface Header extends Setting {
  readonly policy: PolicyDescription;
  readonly weights: number;
  readonly dice: readonly number[];
  readonly curve: readonly Point[];
}

/** Trains a policy, update by update; can be saved and gone on with, with the same result. */
export class Trainer {
  readonly policy: Policy;
  readonly #algorithm: Algorithm;
  readonly #practice: Practice;
  readonly #setting: Setting;
  readonly #learner: Learner;
  readonly #curve: Point[] = [];
  #dice: Dice;
  #kept: Uint8Array;

  constructor(options: TrainerOptions) {
    const { problems, policy, algorithm, computing = "simd" } = options;
    const { episodes = 10, horizon = 100, moves = 500, fresh = 10, seed = 1 } = options;
    for (const [name, count] of Object.entries({ episodes, horizon, moves, fresh }))
      if (!(Number.isInteger(count) && count >= 1))
        throw new RangeError(`training: ${name} is ${count}: a whole number, at least 1`);
    this.#setting = {
      algorithm: algorithm.name,
      settings: algorithm.settings,
      problems: problems.map(({ name }) => name),
      ...{ episodes, horizon, moves, fresh, seed, computing },
    };
    this.policy = policy;
    this.#algorithm = algorithm;
    this.#practice = new Practice(problems, moves);
    this.#learner = algorithm.learner(policy, computing);
    this.#dice = new Dice(seed);
    this.#kept = this.#state();
  }

  /** What became of each update so far. */
  get curve(): readonly Point[] {
    return this.#curve;
  }

  /** Plays as many episodes as an update has, problem by problem in turns, and learns from them. */
  async update(): Promise<Point> {
    const { episodes, horizon } = this.#setting;
    const { problems } = this.#practice;
    const trials: Trial[] = [];
    for (let i = 0; i < episodes; i++) {
      const turn = this.#curve.length * episodes + i;
      const problem = problems[turn % problems.length] as Problem;
      const run = (chance?: () => number): Promise<Episode> =>
        play(this.#practice.begin(problem), this.policy, horizon, chance);
      const baseline = this.#algorithm.baseline ? await run() : undefined;
      trials.push({ episode: await run(this.#dice.next), baseline });
    }
    const told = this.#algorithm.update(this.#learner, trials, this.#dice);
    const point: Point = {
      update: this.#curve.length + 1,
      decisions: trials.reduce((n, { episode }) => n + episode.steps.length, 0),
      fall: mean(trials.map(({ episode }) => fallOf(episode))),
      told,
    };
    this.#curve.push(point);
    if (point.update % this.#setting.fresh === 0) {
      this.#practice.close();
      this.#kept = this.#state();
    }
    return point;
  }

  /** All that is needed to go on, as bytes: of the last update after which sessions were opened anew, since these have a memory, too. */
  save(): Uint8Array {
    return this.#kept;
  }

  #state(): Uint8Array {
    const { description, weights } = this.policy;
    const adam = this.#learner.save();
    const words = new Uint32Array(weights.length + 2 * adam.length);
    words.set(new Uint32Array(weights.slice().buffer));
    words.set(new Uint32Array(adam.buffer), weights.length);
    const header: Header = {
      ...this.#setting,
      policy: description,
      weights: weights.length,
      dice: this.#dice.save(),
      curve: this.#curve,
    };
    return pack("checkpoint", VERSION, header, words);
  }

  /**
   * Goes on from bytes that {@link save} gave.
   *
   * @param options as they were given to the training that was saved
   * @param name of the file, for messages
   * @throws PolicyError for bytes that are something else, of another version, cut off, damaged, or of another training
   */
  load(bytes: Uint8Array, name: string = "the checkpoint"): void {
    const { header, words } = unpack<Header>("checkpoint", VERSION, bytes, name);
    const own: Record<string, unknown> = {
      ...this.#setting,
      policy: { ...this.policy.description, training: undefined },
    };
    const theirs: Record<string, unknown> = {
      ...header,
      policy: { ...header.policy, training: undefined },
    };
    for (const key of Object.keys(own)) {
      const [here, there] = [own[key], theirs[key]].map((value) => JSON.stringify(value));
      if (here !== there)
        throw new PolicyError(
          `${name} is of another training: its ${key} is ${there}, not ${here}. Train with that, or begin anew without the checkpoint`,
        );
    }
    const { weights } = this.policy;
    if (header.weights !== weights.length || (words.length - weights.length) % 2 !== 0)
      throw new PolicyError(`${name} has a header that does not fit its weights: begin anew`);
    weights.set(new Float32Array(words.buffer, 0, weights.length));
    this.policy.touch();
    this.#learner.load(new Float64Array(words.slice(weights.length).buffer));
    this.#dice = new Dice(header.dice);
    this.#curve.splice(0, Infinity, ...header.curve);
    this.#practice.close();
    this.#kept = bytes;
  }

  /** The policy, with how it was trained in its description. */
  result(): Policy {
    const { description, weights } = this.policy;
    const training = { ...description.training, ...this.#setting, updates: this.#curve.length };
    return new Policy({ ...description, training }, weights.slice(), this.#setting.computing);
  }
}

function fallOf({ costs: { start, best } }: Episode): number {
  return start > 0 && Number.isFinite(start) ? (start - best) / start : 0;
}
