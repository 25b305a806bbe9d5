import {
  type Elements,
  type Kernels,
  Program,
  reference,
  simd,
  type Value,
} from "@rewright/autodiff";
import {
  type Architecture,
  type Network,
  network,
  type Parameter,
  type Widths,
} from "./network.ts";
import type { Size } from "./size.ts";

/** Programs kept at a time; each has memory of its own. */
const KEPT = 24;

/** Which kernels compute: `simd` is several times as fast, `reference` gives the same bits on every machine whose `exp` and `tanh` agree. */
export type Computing = "simd" | "reference";

/** Kernels for one program. Where there is no WebAssembly, the reference's do. */
function kernelsFor(computing: Computing): Kernels {
  return computing === "simd" && "WebAssembly" in globalThis ? simd() : reference();
}

/** What a program computes besides the network: values made of the network's. */
export type Head = (network: Network, size: Size) => readonly Value[];

/** A program for observations of one size. */
export interface Sized {
  readonly size: Size;
  readonly program: Program;
  /** The state of the weights that the program has. */
  version: number;
}

/** Programs of one network with one head, one for each size that comes; the least recently used are let go. */
export class Programs {
  readonly #widths: Widths;
  readonly #architecture: Architecture;
  readonly #computing: Computing;
  readonly #head: Head;
  readonly #places: readonly Place[];
  readonly #known = new Map<string, Sized>();

  constructor(widths: Widths, architecture: Architecture, computing: Computing, head: Head) {
    this.#widths = widths;
    this.#architecture = architecture;
    this.#computing = computing;
    this.#head = head;
    this.#places = placesOf(widths, architecture);
  }

  /** The program of a size, with these weights. */
  of(size: Size, weights: Float32Array, version: number): Sized {
    const key = `${size.nodes} ${size.edges} ${size.moves} ${size.links}`;
    const sized = this.#known.get(key) ?? this.#make(size);
    this.#known.delete(key);
    this.#known.set(key, sized);
    if (this.#known.size > KEPT) this.#known.delete(this.#known.keys().next().value as string);
    if (sized.version !== version) {
      for (const { name, at, length } of this.#places)
        sized.program.input(name).set(weights.subarray(at, at + length));
      sized.version = version;
    }
    return sized;
  }

  #make(size: Size): Sized {
    const made = network(this.#widths, this.#architecture, size);
    const program = new Program(this.#head(made, size), kernelsFor(this.#computing));
    return { size, program, version: -1 };
  }
}

/** Where a parameter lies among the weights. */
interface Place {
  readonly name: string;
  readonly at: number;
  readonly length: number;
}

const SMALLEST: Size = { nodes: 1, edges: 1, moves: 1, links: 1 };

/** The parameters of a network, in the order of its weights. */
export function parametersOf(widths: Widths, architecture: Architecture): readonly Parameter[] {
  return network(widths, architecture, SMALLEST).parameters;
}

function placesOf(widths: Widths, architecture: Architecture): readonly Place[] {
  let at = 0;
  return parametersOf(widths, architecture).map(({ value }) => {
    const length = value.rows * value.columns;
    at += length;
    return { name: value.attributes.name as string, at: at - length, length };
  });
}

/** Adds slopes, one matrix after the other as the weights lie, to a gradient. */
export function gather(slopes: readonly Elements[], into: Float64Array): void {
  let at = 0;
  for (const slope of slopes)
    for (let i = 0; i < slope.length; i++, at++)
      into[at] = (into[at] as number) + (slope[i] as number);
}
