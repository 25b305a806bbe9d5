/**
 * Writing a model node by node: for examples, tests, and tools that make models.
 *
 * @module
 */

import { create, toBinary } from "@bufbuild/protobuf";
import type { Attrs, Dim, DType, Graph, NdArray } from "@rewright/plugin";
import { attributeProto, tensorProto } from "./attribute.ts";
import { ModelError } from "./error.ts";
import {
  type GraphProto,
  GraphProtoSchema,
  ModelProtoSchema,
  type NodeProto,
  NodeProtoSchema,
  OperatorSetIdProtoSchema,
} from "./generated/onnx_pb.ts";
import { irVersionFor } from "./opset.ts";
import { readModel } from "./read.ts";
import { valueInfo } from "./type.ts";

/** A value of a model being built: an input, a constant, or a result of a node. */
export interface Value {
  /** Its name in the file. A result's name may still change until the model is written: an output gives it its own. */
  readonly name: string;
}

/** What a value is while the model is being built. */
interface Draft extends Value {
  name: string;
  readonly owner: ModelBuilder;
  /** The node and the position among its outputs; absent for inputs and constants. */
  readonly from?: { readonly node: NodeProto; readonly index: number };
  claimed: boolean;
}

/**
 * Builds a model by hand. It emits exactly the nodes asked for, of any operator set and domain, as they were given:
 * attributes are neither completed nor checked against the operator.
 */
export class ModelBuilder {
  readonly #name: string;
  readonly #opset: number;
  readonly #graph: GraphProto = create(GraphProtoSchema);
  readonly #domains = new Map<string, number>();
  readonly #names = new Set<string>();
  readonly #drafts: Draft[] = [];
  readonly #operands = new Map<NodeProto, readonly (Draft | undefined)[]>();
  readonly #outputs: { readonly name: string; readonly draft: Draft }[] = [];
  #count = 0;

  /** An empty model. `opset` is the version of ONNX's own operators (21 unless said), `domains` those of others (1 unless said). */
  constructor(
    name: string,
    options: { readonly opset?: number; readonly domains?: Readonly<Record<string, number>> } = {},
  ) {
    this.#name = name;
    this.#opset = options.opset ?? 21;
    for (const [domain, version] of Object.entries(options.domains ?? {}))
      this.#domains.set(domain, version);
  }

  #fresh(prefix: string): string {
    let name: string;
    do name = `${prefix}_${this.#count++}`;
    while (this.#names.has(name));
    return name;
  }

  #draft(name: string, from?: Draft["from"]): Draft {
    const draft: Draft = { name, owner: this, claimed: false, ...(from && { from }) };
    this.#drafts.push(draft);
    this.#names.add(name);
    return draft;
  }

  #unique(name: string): string {
    if (this.#names.has(name))
      throw new ModelError(`the name "${name}" is already taken in model "${this.#name}"`);
    return name;
  }

  #own(value: Value): Draft {
    const draft = value as Draft;
    if (draft.owner !== this)
      throw new ModelError(`value "${value.name}" does not belong to model "${this.#name}"`);
    return draft;
  }

  /** An input of the model. A dimension is a number or a name. @throws {ModelError} when the name is taken. */
  input(name: string, dtype: DType, shape: readonly Dim[]): Value {
    const draft = this.#draft(this.#unique(name));
    draft.claimed = true;
    this.#graph.input.push(valueInfo(name, dtype, shape));
    return draft;
  }

  /** A constant (an initializer), under a name where one is given. @throws {ModelError} when the name is taken or the elements do not fill the shape. */
  constant(array: NdArray): Value;
  constant(name: string | undefined, array: NdArray): Value;
  constant(nameOrArray: string | NdArray | undefined, maybe?: NdArray): Value {
    const array = typeof nameOrArray === "object" ? nameOrArray : (maybe as NdArray);
    const name =
      typeof nameOrArray === "string" ? this.#unique(nameOrArray) : this.#fresh("constant");
    this.#graph.initializer.push(tensorProto(array, name));
    return this.#draft(name);
  }

  /**
   * One application of an operator: "Relu", or with its domain in front where that is not ONNX's own, "com.microsoft.Gelu".
   * Without `outputs` it has one result, which is returned; with it, that many, returned as a list.
   * @throws {ModelError} when an operand is of another model, or an attribute cannot be written.
   */
  node(
    op: string,
    inputs: readonly (Value | undefined)[],
    attrs?: Attrs,
    options?: { readonly name?: string },
  ): Value;
  node(
    op: string,
    inputs: readonly (Value | undefined)[],
    attrs: Attrs | undefined,
    options: { readonly outputs: number; readonly name?: string },
  ): Value[];
  node(
    op: string,
    inputs: readonly (Value | undefined)[],
    attrs: Attrs = {},
    options: { readonly outputs?: number; readonly name?: string } = {},
  ): Value | Value[] {
    const dot = op.lastIndexOf(".");
    const node = create(NodeProtoSchema, { opType: op.slice(dot + 1) });
    if (dot > 0) {
      node.domain = op.slice(0, dot);
      if (!this.#domains.has(node.domain)) this.#domains.set(node.domain, 1);
    }
    node.name = options.name ?? this.#fresh(node.opType);
    node.attribute = Object.entries(attrs).map(([name, value]) => attributeProto(op, name, value));
    const operands = inputs.map((value) => (value === undefined ? undefined : this.#own(value)));
    this.#operands.set(node, operands);
    const results = Array.from({ length: options.outputs ?? 1 }, (_, index) =>
      this.#draft(this.#fresh(node.opType), { node, index }),
    );
    this.#graph.node.push(node);
    return options.outputs === undefined ? (results[0] as Draft) : results;
  }

  /**
   * An output of the model. The first output that a node's result is listed as gives it its name; any further one, and an
   * input or a constant under another name, takes an Identity. Without a type it gets the one that follows from its operands, where one does.
   * @throws {ModelError} when the name is taken.
   */
  output(
    name: string,
    value: Value,
    type?: { readonly dtype: DType; readonly shape: readonly Dim[] },
  ): void {
    let draft = this.#own(value);
    if (draft.name !== name) {
      this.#unique(name);
      if (draft.claimed || draft.from === undefined)
        draft = this.#own(this.node("Identity", [value], {}));
      this.#names.delete(draft.name);
      this.#names.add(name);
      draft.name = name;
    }
    draft.claimed = true;
    this.#outputs.push({ name, draft });
    this.#graph.output.push(valueInfo(name, type?.dtype, type?.shape));
  }

  /** Types of outputs that were given none, as they follow from the rest: the standard asks for them. */
  #inferOutputs(bytes: Uint8Array): void {
    let graph: Graph;
    try {
      graph = readModel(bytes).graph;
    } catch (error) {
      if (error instanceof ModelError) return; // what was asked for is no model, and is written as such
      throw error;
    }
    for (const [i, { name, source }] of graph.outputs.entries()) {
      if (this.#graph.output[i]?.type !== undefined) continue;
      const type =
        source.from === "node"
          ? graph.nodes[source.index]?.results[source.result]
          : graph[source.from === "input" ? "inputs" : "constants"][source.index]?.type;
      this.#graph.output[i] = valueInfo(name, type?.dtype, type?.shape);
    }
  }

  /** The model as an ONNX file. */
  bytes(): Uint8Array {
    const bytes = this.#encode();
    if (this.#graph.output.every(({ type }) => type !== undefined)) return bytes;
    this.#inferOutputs(bytes);
    return this.#encode();
  }

  #encode(): Uint8Array {
    for (const [node, operands] of this.#operands) {
      node.input = operands.map((draft) => draft?.name ?? "");
      node.output = [];
    }
    for (const { name, from } of this.#drafts) if (from) from.node.output[from.index] = name;
    this.#graph.name = this.#name;
    const domains = [["", this.#opset] as const, ...this.#domains];
    return toBinary(
      ModelProtoSchema,
      create(ModelProtoSchema, {
        irVersion: BigInt(irVersionFor(this.#opset)),
        producerName: "rewright",
        opsetImport: domains.map(([domain, version]) =>
          create(OperatorSetIdProtoSchema, { domain, version: BigInt(version) }),
        ),
        graph: this.#graph,
      }),
    );
  }
}
