/**
 * The constants of the file to be written: those of the file it comes from that are in use, and new ones.
 *
 * @module
 */

import type { Constant, Graph, NdArray, Source } from "@rewright/plugin";
import type { Carrier, Origin } from "./model.ts";
import type { FreshNames } from "./naming.ts";
import { constantOf } from "./tensor.ts";

/** A new constant, and its name. */
export interface NewConstant {
  readonly name: string;
  readonly constant: Constant;
}

/** Constants by demand: what nobody asks for is not written. */
export class ConstantPool {
  readonly #origin: Origin;
  readonly #graph: Graph;
  readonly #fresh: FreshNames;
  /** By constant of the program: where the file holds it. */
  readonly #places = new Map<number, Carrier | undefined>();
  readonly #originIndex: ReadonlyMap<Constant, number>;
  readonly #outputs: ReadonlySet<string>;
  /** Outputs that are constants of the file under their own names. */
  readonly #outputCarriers = new Map<string, Carrier>();
  /** Constants of the file by type. */
  #byType: Map<string, number[]> | undefined;
  readonly #names = new Map<Carrier, string>();
  readonly #made = new Map<string, NewConstant>();
  #needs: Carrier[] = [];

  constructor(origin: Origin, graph: Graph, fresh: FreshNames) {
    this.#origin = origin;
    this.#graph = graph;
    this.#fresh = fresh;
    this.#outputs = new Set(origin.outputs);
    this.#originIndex = new Map(
      origin.graph.constants.map((constant, index) => [constant, index] as const),
    );
  }

  /** The constants of the file that are equal to this one. */
  #equal(constant: Constant): readonly Carrier[] {
    const { graph, carriers } = this.#origin;
    const typeKey = ({ type: { dtype, shape } }: Constant): string =>
      `${dtype}[${shape.join(",")}]`;
    if (this.#byType === undefined) {
      this.#byType = new Map();
      for (const [index, candidate] of graph.constants.entries()) {
        if (carriers[index] === undefined) continue;
        const list = this.#byType.get(typeKey(candidate));
        if (list) list.push(index);
        else this.#byType.set(typeKey(candidate), [index]);
      }
    }
    return (this.#byType.get(typeKey(constant)) ?? [])
      .filter((index) => graph.constants[index]?.key === constant.key)
      .map((index) => carriers[index] as Carrier);
  }

  #carrierOf(index: number): Carrier | undefined {
    if (!this.#places.has(index)) {
      const constant = this.#graph.constants[index] as Constant;
      const same = this.#originIndex.get(constant);
      this.#places.set(
        index,
        (same === undefined ? undefined : this.#origin.carriers[same]) ?? this.#equal(constant)[0],
      );
    }
    return this.#places.get(index);
  }

  /** Whether the file holds this constant of the program under this name, so that it may be an output as it is. */
  carries(index: number, name: string): boolean {
    const constant = this.#graph.constants[index] as Constant;
    const carrier = this.#equal(constant).find((candidate) => candidate.name === name);
    if (carrier === undefined) return false;
    this.#outputCarriers.set(name, carrier);
    return true;
  }

  /** The name of a constant of the file, which stays from now on. */
  #useCarrier(carrier: Carrier): string {
    this.#needs.push(carrier);
    let name = this.#names.get(carrier);
    if (name === undefined) {
      // By now its own name may be that of an output which is something else.
      const free =
        !this.#outputs.has(carrier.name) || this.#outputCarriers.get(carrier.name) === carrier;
      name = free ? carrier.name : this.#fresh.make("constant");
      this.#names.set(carrier, name);
    }
    return name;
  }

  #useNew(constant: Constant): string {
    let made = this.#made.get(constant.key);
    if (made === undefined) {
      made = { name: this.#fresh.make("constant"), constant };
      this.#made.set(constant.key, made);
    }
    return made.name;
  }

  /** The name of a constant of the program, which is written from now on. */
  use(index: number): string {
    const carrier = this.#carrierOf(index);
    return carrier
      ? this.#useCarrier(carrier)
      : this.#useNew(this.#graph.constants[index] as Constant);
  }

  /** The name of a constant that an operator's form needs. */
  useArray(array: NdArray): string {
    const constant = constantOf(array);
    const [carrier] = this.#equal(constant);
    return carrier ? this.#useCarrier(carrier) : this.#useNew(constant);
  }

  /** The name of what the file gave to an input that the program no longer has; "" where that was nothing. */
  useFixed(source: Source | undefined): string {
    const carrier = source?.from === "constant" ? this.#origin.carriers[source.index] : undefined;
    return carrier ? this.#useCarrier(carrier) : "";
  }

  /** Keeps the constants that are outputs, and those with these names. */
  keep(names: Iterable<string>): void {
    for (const carrier of this.#outputCarriers.values()) this.#useCarrier(carrier);
    const wanted = new Set(names);
    for (const carrier of this.#origin.carriers)
      if (carrier && wanted.has(carrier.name)) this.#useCarrier(carrier);
  }

  /** The constants of the file asked for since this was last called. */
  takeNeeds(): readonly Carrier[] {
    const needs = this.#needs;
    this.#needs = [];
    return needs;
  }

  /** The constants of the file in use, and their names. */
  names(): ReadonlyMap<Carrier, string> {
    return this.#names;
  }

  /** The constants that are new. */
  made(): Iterable<NewConstant> {
    return this.#made.values();
  }
}
