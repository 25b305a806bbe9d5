import type { Observation } from "@rewright/plugin";
import { Dice } from "./dice.ts";
import { feed } from "./feeding.ts";
import type { Architecture, Widths } from "./network.ts";
import { VALUE_UNIT } from "./network.ts";
import { PolicyError } from "./policy-error.ts";
import { type Computing, Programs, parametersOf } from "./programs.ts";
import { sizeOf } from "./size.ts";

/** What a policy is, besides its weights. */
export interface PolicyDescription extends Widths {
  /** What the columns of its observations mean, as {@link Observation.version} names it; "" where nobody said. */
  readonly features: string;
  readonly architecture: Architecture;
  /** How it was trained: algorithm, settings, seed. For people. */
  readonly training: Readonly<Record<string, unknown>>;
}

/** What a policy thinks of a state. */
export interface Judgement {
  /** Logarithms of the probabilities of the moves, in their order, and then of stopping. */
  readonly logProbabilities: Float32Array;
  /** The further fall of cost that it expects, as a share of the cost at the start. */
  readonly value: number;
}

const NONE: ReadonlySet<number> = new Set();

/** The architecture unless said. */
export const defaultArchitecture: Architecture = {
  encoder: "sage",
  layers: 3,
  hidden: 32,
  head: 64,
};

/**
 * Chooses moves by what a graph network makes of an observation. It knows rules by the features of their sides alone, so it
 * can be used with rules that it never saw.
 */
export class Policy {
  readonly description: PolicyDescription;
  /** All parameters, one after the other. Whoever changes them calls {@link touch}. */
  readonly weights: Float32Array;
  readonly #programs: Programs;
  #version = 0;
  /** Searches ask for the prior and the value of a state one after the other. */
  #last: { readonly observation: Observation; readonly judgement: Judgement } | undefined;

  /**
   * @param weights of this policy from now on, not a copy
   * @throws PolicyError where their number is not the architecture's
   */
  constructor(
    description: PolicyDescription,
    weights: Float32Array,
    computing: Computing = "simd",
  ) {
    const needed = weightsOf(description);
    if (weights.length !== needed)
      throw new PolicyError(
        `a policy of this architecture has ${needed} weights, not ${weights.length}: take the description that they were saved with`,
      );
    this.description = description;
    this.weights = weights;
    this.#programs = new Programs(
      description,
      description.architecture,
      computing,
      ({ logProbabilities, value }) => [logProbabilities, value],
    );
  }

  /**
   * An untrained policy for observations like this one.
   *
   * @param architecture where it differs from {@link defaultArchitecture}
   */
  static fresh(
    {
      version = "",
      nodeWidth,
      moveWidth,
    }: Pick<Observation, "version" | "nodeWidth" | "moveWidth">,
    architecture: Partial<Architecture> = {},
    seed: number = 1,
    computing: Computing = "simd",
  ): Policy {
    const whole = checked({ ...defaultArchitecture, ...architecture });
    const description = {
      features: version,
      nodeWidth,
      moveWidth,
      architecture: whole,
      training: {},
    };
    const dice = new Dice(seed);
    const weights = parametersOf(description, whole).flatMap(
      ({ value: { rows, columns }, gain }) => {
        const deviation = gain * Math.sqrt(2 / rows);
        // He et al., Delving deep into rectifiers, 2015. Biases begin at 0.
        return Array.from({ length: rows * columns }, () =>
          deviation === 0 ? 0 : deviation * dice.normal(),
        );
      },
    );
    return new Policy(description, Float32Array.from(weights), computing);
  }

  /** Says that the weights have changed. */
  touch(): void {
    this.#version++;
    this.#last = undefined;
  }

  /**
   * What it thinks of a state.
   *
   * @param closed moves that must not be chosen
   * @throws PolicyError for observations of other features than it was trained on
   */
  judge(observation: Observation, closed: ReadonlySet<number> = NONE): Judgement {
    if (closed.size === 0 && this.#last?.observation === observation) return this.#last.judgement;
    this.accept(observation);
    const { program, size } = this.#programs.of(sizeOf(observation), this.weights, this.#version);
    feed(program, size, observation, closed);
    const [row, value] = program.run() as readonly [Float32Array, Float32Array];
    const count = observation.moveNodes.length;
    const logProbabilities = row.slice(0, count + 1);
    logProbabilities[count] = row[size.moves] as number;
    const judgement = { logProbabilities, value: (value[0] as number) / VALUE_UNIT };
    if (closed.size === 0) this.#last = { observation, judgement };
    return judgement;
  }

  /** Throws a PolicyError for observations of other features than it was trained on. */
  accept({ version = "", nodeWidth, moveWidth }: Observation): void {
    const own = this.description;
    if (version === own.features && nodeWidth === own.nodeWidth && moveWidth === own.moveWidth)
      return;
    const words = (name: string, nodes: number, moves: number): string =>
      `"${name}" (${nodes} numbers a node, ${moves} a move)`;
    throw new PolicyError(
      `the policy was trained on features ${words(own.features, own.nodeWidth, own.moveWidth)}, the session shows ${words(version, nodeWidth, moveWidth)}: train one for these, or use the version that the policy was made with`,
    );
  }

  /** The same policy with weights of its own. */
  copy(computing: Computing = "simd"): Policy {
    return new Policy(this.description, this.weights.slice(), computing);
  }
}

/** How many weights a policy has. Throws a PolicyError for an architecture that is none. */
export function weightsOf(description: PolicyDescription): number {
  const architecture = checked(description.architecture);
  return parametersOf(description, architecture).reduce(
    (total, { value: { rows, columns } }) => total + rows * columns,
    0,
  );
}

function checked(architecture: Architecture): Architecture {
  const { encoder, layers, hidden, head } = architecture;
  if (encoder !== "sage" && encoder !== "gat")
    throw new PolicyError(`the encoder is "${encoder}": "sage" or "gat"`);
  const whole = (n: number, least: number): boolean =>
    Number.isInteger(n) && n >= least && n <= 4096;
  if (!(whole(layers, 1) && whole(hidden, 1) && whole(head, 1)))
    throw new PolicyError(
      `a network of ${layers} layers of ${hidden}, with heads of ${head}: whole numbers, at most 4096`,
    );
  return architecture;
}
