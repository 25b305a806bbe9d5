import { Adam, gradients, type Value } from "@rewright/autodiff";
import type { Observation } from "@rewright/plugin";
import { feed } from "./feeding.ts";
import type { Network } from "./network.ts";
import type { Policy } from "./policy.ts";
import { type Computing, gather, Programs } from "./programs.ts";
import { type Size, sizeOf } from "./size.ts";

/** What is minimised, and what is told about it, in terms of the network: scalars all. */
export interface Objective {
  readonly loss: Value;
  readonly told: readonly Value[];
}

/** A state with what an objective needs to know about it besides. */
export interface Sample {
  readonly observation: Observation;
  readonly closed: ReadonlySet<number>;
  /** Inputs of the objective that are a number each. */
  readonly numbers: Readonly<Record<string, number>>;
  /** The input `target`: a number for each move, and for stopping. */
  readonly target: ArrayLike<number>;
}

/** Steps of Adam on a policy, along the gradients of an objective. */
export class Learner {
  readonly #policy: Policy;
  readonly #programs: Programs;
  readonly #adam: Adam;
  readonly #gradient: Float64Array;
  /** How many outputs of a program are told; the others are slopes. */
  #told = 0;
  #version = 0;

  /** @param norm gradients are limited to */
  constructor(
    policy: Policy,
    objective: (network: Network, size: Size) => Objective,
    settings: { readonly rate: number; readonly norm: number },
    computing: Computing,
  ) {
    this.#policy = policy;
    const { description, weights } = policy;
    this.#programs = new Programs(description, description.architecture, computing, (net, size) => {
      const { loss, told } = objective(net, size);
      const slopes = gradients(
        loss,
        net.parameters.map(({ value }) => value),
      );
      this.#told = 1 + told.length;
      return [loss, ...told, ...slopes];
    });
    this.#gradient = new Float64Array(weights.length);
    this.#adam = new Adam([weights], settings);
  }

  /** One step along the mean gradient of these samples. Returns the means of the loss and of what the objective tells. */
  step(samples: readonly Sample[]): number[] {
    const { weights } = this.#policy;
    const gradient = this.#gradient.fill(0);
    const means: number[] = [];
    for (const { observation, closed, numbers, target } of samples) {
      this.#policy.accept(observation);
      const { program, size } = this.#programs.of(sizeOf(observation), weights, this.#version);
      feed(program, size, observation, closed);
      const row = program.input("target").fill(0);
      const moves = observation.moveNodes.length;
      for (let i = 0; i < moves; i++) row[i] = target[i] as number;
      row[size.moves] = target[moves] as number;
      for (const [name, number] of Object.entries(numbers)) program.input(name)[0] = number;
      const outputs = program.run();
      for (let i = 0; i < this.#told; i++)
        means[i] = (means[i] ?? 0) + ((outputs[i] as Float32Array)[0] as number) / samples.length;
      gather(outputs.slice(this.#told), gradient);
    }
    for (let i = 0; i < gradient.length; i++)
      gradient[i] = (gradient[i] as number) / samples.length;
    this.#adam.step([gradient]);
    this.#policy.touch();
    this.#version++;
    return means;
  }

  /** What the optimiser remembers, to go on later. */
  save(): Float64Array {
    return this.#adam.save();
  }

  /** Goes on from there. Throws a RangeError where it is of a policy of another size. */
  load(state: Float64Array): void {
    this.#adam.load(state);
    this.#version++;
  }
}
