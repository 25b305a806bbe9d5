/**
 * Writing a program back into the file it came from.
 *
 * @module
 */

import { clearField, create, type DescMessage, toBinary } from "@bufbuild/protobuf";
import type { Dialect, Graph, GraphNode, NdArray, Source } from "@rewright/plugin";
import { onnx } from "@rewright/tensor";
import { tensorProto } from "./attribute.ts";
import { inMemory } from "./content.ts";
import {
  fileNode,
  newNode,
  plainNode,
  restatedNode,
  type Surroundings,
  splitName,
} from "./emit.ts";
import { ModelError } from "./error.ts";
import { formOf } from "./forms.ts";
import {
  AttributeProto_AttributeType,
  AttributeProtoSchema,
  GraphProtoSchema,
  ModelProtoSchema,
  NodeProtoSchema,
  OperatorSetIdProtoSchema,
  TensorProtoSchema,
} from "./generated/onnx_pb.ts";
import { LATEST_OPSET } from "./generated/operators.ts";
import {
  ANNOTATION,
  INITIALIZER,
  INPUT,
  NODE,
  SPARSE_INITIALIZER,
  VALUE_INFO,
} from "./graph-fields.ts";
import { initializerName, renamedInitializer } from "./initializer.ts";
import { type LoweredNode, lower } from "./lower.ts";
import { type Match, matchNodes } from "./match.ts";
import { type Carrier, type OnnxModel, type Origin, type OriginNode, originOf } from "./model.ts";
import { FreshNames, type Naming, nameValues } from "./naming.ts";
import { nodeLabel, plainDomain, textOf, withNames } from "./node.ts";
import { sameMeaning, versionAt } from "./opset.ts";
import { Pieces } from "./pieces.ts";
import { DataDraft, LARGE, type Placement, placed, placedNew } from "./placement.ts";
import { ConstantPool } from "./pool.ts";
import { smallContents } from "./tensor.ts";
import { contentOf, type Field, fieldsOf, wholeOf } from "./wire.ts";

/** Fields of ModelProto. */
const IR_VERSION = 1;
const GRAPH = 7;
const OPSET_IMPORT = 8;
/** Protobuf's limit for one message. */
const MAX_BYTES = 2 ** 31 - 1;

/** How a program is written. */
export interface WriteOptions {
  /** The vocabularies, besides ONNX's own, that its operators are of: they tell the types of attributes. */
  readonly dialects?: readonly Dialect[];
}

/** How a program is made ready to be written. */
export interface ImageOptions extends WriteOptions {
  /** The name of a data file that may be made beside the model. Without it there is only the model's own file. */
  readonly dataFile?: string;
  /** As many bytes as the model's own file may have (2 GiB less one, protobuf's limit, unless said). */
  readonly maxBytes?: number;
  /** External data of the model stay where they are: what is written is to be used from the folder of the model that was read. */
  readonly keepsData?: boolean;
}

/** A model ready to be written. */
export interface ModelImage {
  /** Bytes of the model file. */
  readonly length: number;
  /** The data file that the model file names, where it needs one. */
  readonly data: { readonly name: string; readonly length: number } | undefined;
  /** The model file in memory. */
  bytes(): Uint8Array;
  /** Writes the model file to a file opened for writing, copying what lies in other files piece by piece. */
  write(file: number): void;
  /** Writes the data file in the same way. */
  writeData(file: number): void;
}

/**
 * The model with its main graph replaced. Nodes and constants that were in the file come back as they were, under their
 * names; inputs, outputs, metadata, functions and fields unknown here stay, and what was said about values that are gone
 * goes. New operators are written in the form that the file's operator set has; only where it has none is the set raised,
 * to the lowest that has one. External data is taken in.
 *
 * @throws {ModelError} when the model is not from `readModel`, the program's inputs or outputs are not the file's, an
 * operator cannot be said in any operator set under which the others keep their meaning, or the result is too large
 */
export function writeModel(model: OnnxModel, graph: Graph, options: WriteOptions = {}): Uint8Array {
  return imageOf(model, graph, options).bytes();
}

/**
 * What `writeModel` would make, without making it: a model may be larger than memory, and than a single file can be. Where its file would
 * have 2 GiB or more and `dataFile` is given, elements of tensors go into a data file of that name, to be written beside the model.
 *
 * @throws {ModelError} as `writeModel`
 */
export function imageOf(model: OnnxModel, graph: Graph, options: ImageOptions = {}): ModelImage {
  const origin = originOf(model);
  if (origin === undefined)
    throw new ModelError(
      "only a model that readModel returned can be written: a copy of it will not do.",
    );
  const dialects = [onnx, ...(options.dialects ?? [])];
  const make = (draft?: DataDraft): Pieces =>
    new Writer(
      origin,
      graph,
      dialects,
      {
        ...{ files: origin.files, keeps: options.keepsData ?? false, draft },
      },
      model.fixedInputs,
    ).write().pieces;
  const most = Math.min(options.maxBytes ?? MAX_BYTES, MAX_BYTES);
  let draft: DataDraft | undefined;
  let pieces = make();
  if (pieces.length > most && options.dataFile !== undefined) {
    draft = new DataDraft(options.dataFile);
    pieces = make(draft);
  }
  if (pieces.length > most)
    throw new ModelError(
      `the model would take ${pieces.length} bytes, more than the ${most} that a file can have. ` +
        (options.dataFile === undefined
          ? "Write it with a data file beside it, or fold fewer constants."
          : "Even without its initializers it is too large: fold fewer constants."),
    );
  return {
    length: pieces.length,
    data: draft && { name: draft.name, length: draft.length },
    bytes: () => pieces.finish(),
    write: (file) => pieces.write(file),
    writeData: (file) => draft?.write(file),
  };
}

/** Writes a program into a file, and says which operator set that took. */
export function writeInto(
  origin: Origin,
  graph: Graph,
  options: WriteOptions,
): { readonly bytes: Uint8Array; readonly opset: number } {
  const dialects = [onnx, ...(options.dialects ?? [])];
  const { pieces, opset } = new Writer(origin, graph, dialects, { files: {} }).write();
  return { bytes: pieces.finish(), opset };
}

/** Demands that a program is in order: its nodes use inputs, constants and results of nodes before them. */
function checkProgram(origin: Origin, graph: Graph): void {
  if (
    graph.inputs.length !== origin.inputs.length ||
    graph.outputs.length !== origin.outputs.length
  )
    throw new ModelError(
      `the program has ${graph.inputs.length} inputs and ${graph.outputs.length} outputs, the file ${origin.inputs.length} and ${origin.outputs.length}: they must be the same.`,
    );
  const check = (source: Source | undefined, before: number, who: () => string): void => {
    if (source === undefined) return;
    const { from, index } = source;
    const valid =
      from === "input"
        ? index < graph.inputs.length
        : from === "constant"
          ? index < graph.constants.length
          : index < before && source.result < (graph.nodes[index]?.results.length ?? 0);
    if (!valid || index < 0)
      throw new ModelError(
        `${who()} of the program takes ${from} ${index}, which is not there or comes later.`,
      );
  };
  for (const [index, { inputs, op }] of graph.nodes.entries())
    for (const source of inputs) check(source, index, () => `node ${index} (${op})`);
  for (const [index, { source }] of graph.outputs.entries())
    check(source, graph.nodes.length, () => `output ${index}`);
}

/** A node ready to be written, where it stood in the file, and the constants it needs there. */
interface Entry {
  readonly bytes: Uint8Array;
  readonly order: number;
  readonly needs: readonly Carrier[];
}

class Writer {
  readonly #origin: Origin;
  readonly #graph: Graph;
  readonly #dialects: readonly Dialect[];
  readonly #matched: readonly (Match | undefined)[];
  readonly #naming: Naming;
  readonly #around: Surroundings;
  readonly #placement: Placement;
  /** Inputs of the file that go, their defaults being constants. */
  readonly #fixedInputs: ReadonlySet<string>;
  readonly #irVersion: number;
  /** ONNX's own operators, and what goes for them, that the file has. */
  readonly #known: ReadonlySet<string>;
  /** Some of the file's tensors are written elsewhere than they were. */
  readonly #moves: boolean;
  readonly #entries: Entry[] = [];
  /** Initializers of the file that are nodes of the program, and their names. */
  readonly #opaqueInitializers = new Map<Field, string>();
  readonly #copiedInitializers: Pieces[] = [];
  /** Names that mean what they meant in the file. */
  readonly #alive: Set<string>;
  #templates: Map<string, OriginNode> | undefined;

  constructor(
    origin: Origin,
    graph: Graph,
    dialects: readonly Dialect[],
    placement: Placement,
    fixedInputs: ReadonlySet<string> = new Set(),
  ) {
    this.#fixedInputs = fixedInputs;
    // Before version 4 of the format initializers must be inputs.
    this.#irVersion = fixedInputs.size > 0 ? Math.max(4, origin.irVersion) : origin.irVersion;
    this.#placement = placement;
    this.#moves =
      origin.files.held !== undefined ||
      placement.draft !== undefined ||
      (origin.external > 0 && !placement.keeps);
    checkProgram(origin, graph);
    this.#origin = origin;
    const plain = origin.nodes.flatMap(({ node }) => (node?.domain === "" ? [node.opType] : []));
    this.#known = new Set(plain);
    this.#graph = graph;
    this.#dialects = dialects;
    this.#alive = new Set(origin.inputs);
    const fresh = new FreshNames(() => origin.names());
    const pool = new ConstantPool(origin, graph, fresh);
    this.#matched = matchNodes(origin.graph, graph, dialects);
    this.#naming = nameValues(
      origin,
      graph,
      this.#matched,
      (index, name) => pool.carries(index, name),
      fresh,
    );
    this.#around = {
      pool,
      fresh,
      dialects,
      nameOf: (source) => this.#nameOf(source),
      copyOf: (name) => this.#copyOf(name),
    };
  }

  #nameOf(source: Source | undefined): string {
    if (source === undefined) return "";
    if (source.from === "input") return this.#origin.inputs[source.index] as string;
    if (source.from === "constant") return this.#around.pool.use(source.index);
    return this.#naming.results[source.index]?.[source.result] as string;
  }

  #contents(source: Source): NdArray | undefined {
    return source.from === "constant"
      ? smallContents(this.#graph.constants[source.index])
      : undefined;
  }

  // ── Operator sets ──────────────────────────────────────────────────────────

  #isPlain(node: GraphNode): boolean {
    return node.opaque === undefined && !node.op.includes(".");
  }

  #lower(node: GraphNode, opset: number): LoweredNode | undefined {
    return lower(node, opset, this.#dialects, (source) => this.#contents(source), this.#known);
  }

  /** The lowest operator set, from the file's on, that can say all new nodes. */
  #chooseOpset(): number {
    const own = this.#origin.domains.get("") ?? 0;
    // What has other operands than in the file may no longer be what its older form says.
    const added = this.#graph.nodes.filter(
      (node, index) => this.#matched[index]?.exact !== true && this.#isPlain(node),
    );
    // A file without any of ONNX's own operators may come to use them.
    const start = own > 0 ? own : added.length + this.#naming.copies.length > 0 ? 13 : 0;
    let opset = start;
    let because = "";
    for (let at = 0; at < added.length; ) {
      const node = added[at] as GraphNode;
      if (this.#lower(node, opset) !== undefined) {
        at++;
        continue;
      }
      because = node.op;
      if (++opset > LATEST_OPSET) {
        const types = node.operands.map((operand) => operand?.dtype ?? "none").join(", ");
        throw new ModelError(
          `no operator set from ${start} to ${LATEST_OPSET} can say ${node.op} with these attributes on operands of types ${types}.`,
        );
      }
      at = 0;
    }
    if (opset !== own && own > 0) this.#checkCarried(own, opset, because);
    return opset;
  }

  /** Demands that nothing which is only carried along changes its meaning with the operator set. */
  #checkCarried(own: number, opset: number, because: string): void {
    const check = (operators: Iterable<string>, where: string): void => {
      for (const op of operators)
        if (!sameMeaning(op, own, opset))
          throw new ModelError(
            `the file uses operator set ${own}, but ${because} needs ${opset}, under which ${op} in ${where} would not mean the same. ` +
              "Convert the model to the newer operator set first, or leave out the rules that make such operators.",
          );
    };
    check(this.#origin.apart(), "a function or the training information");
    for (const [index, node] of this.#graph.nodes.entries()) {
      const origin = this.#originOf(index, node);
      if (origin?.node === undefined || this.#isPlain(node)) continue;
      const operators = [...(origin.inner?.operators ?? [])];
      if (origin.node.domain === "") operators.push(origin.node.opType);
      check(operators, nodeLabel(origin.node, origin.order));
    }
  }

  // ── Nodes ──────────────────────────────────────────────────────────────────

  /** What the file says of a node: of this very one, or of an opaque one just like it. */
  #originOf(index: number, node: GraphNode): OriginNode | undefined {
    const match = this.#matched[index];
    if (match !== undefined) return this.#origin.nodes[match.index];
    if (node.opaque === undefined) return undefined;
    if (this.#templates === undefined) {
      this.#templates = new Map();
      for (const [at, { opaque }] of this.#origin.graph.nodes.entries())
        if (opaque !== undefined) this.#templates.set(opaque, this.#origin.nodes[at] as OriginNode);
    }
    const template = this.#templates.get(node.opaque);
    if (template === undefined)
      throw new ModelError(
        `node ${index} (${node.op}) of the program is opaque and not from this model: what it is cannot be told.`,
      );
    return template;
  }

  #writeNode(index: number, node: GraphNode, opset: number): void {
    const origin = this.#originOf(index, node);
    const matched = this.#matched[index] !== undefined;
    const results = this.#naming.results[index] as readonly string[];
    if (this.#matched[index]?.exact)
      for (const [result, name] of origin?.outputs.entries() ?? [])
        if (results[result] === name) this.#alive.add(name);
    if (origin?.initializer !== undefined) {
      if (matched) this.#opaqueInitializers.set(origin.initializer, results[0] ?? "");
      else this.#copyInitializer(origin.initializer, results[0] ?? "");
      return;
    }
    const bytes = this.#nodeBytes(node, origin, this.#matched[index], results, opset);
    this.#entries.push({
      bytes,
      order: matched ? (origin?.order ?? -1) : -1,
      needs: this.#around.pool.takeNeeds(),
    });
  }

  #nodeBytes(
    node: GraphNode,
    origin: OriginNode | undefined,
    match: Match | undefined,
    results: readonly string[],
    opset: number,
  ): Uint8Array {
    const file = origin?.node;
    const own = this.#origin.domains.get("") ?? 0;
    const plain = this.#isPlain(node);
    const lowered = (): LoweredNode | undefined => (plain ? this.#lower(node, opset) : undefined);
    if (origin === undefined || file === undefined)
      return newNode(node, lowered(), results, this.#around);
    const isOther = formOf(file.opType, versionAt(file.opType, own)?.since ?? 0) !== undefined;
    const restate =
      plain &&
      ((opset !== own && !sameMeaning(file.opType, own, opset)) || (isOther && !match?.exact));
    if (!restate) return fileNode(node, origin, file, results, match === undefined, this.#around);
    const said = lowered();
    if (said === undefined)
      throw new ModelError(
        `${nodeLabel(file, origin.order)} cannot be said in operator set ${opset}, which other operators of the program need.`,
      );
    return restatedNode(file, said, results, this.#around);
  }

  /** A value once more, under a new name or the one given. */
  #copyOf(name: string, copy: string = this.#around.fresh.make("Identity")): string {
    const node = this.#around.fresh.make("Identity");
    const needs = this.#around.pool.takeNeeds();
    this.#entries.push({
      bytes: plainNode(node, "Identity", [], [name], [copy]),
      order: -1,
      needs,
    });
    return copy;
  }

  /** The nodes, with the file's Constant nodes where they stood, or at the latest where they are needed. */
  *#orderedNodes(): Generator<Uint8Array> {
    const names = this.#around.pool.names();
    const constants = [...names.keys()].sort((a, b) => a.order - b.order);
    const written = new Set<Carrier>();
    const write = function* (carrier: Carrier): Generator<Uint8Array> {
      if (carrier.kind !== "node" || written.has(carrier)) return;
      written.add(carrier);
      yield withNames(carrier.node, [], [names.get(carrier) as string]);
    };
    let next = 0;
    for (const { bytes, order, needs } of this.#entries) {
      for (; next < constants.length && (constants[next] as Carrier).order < order; next++)
        yield* write(constants[next] as Carrier);
      for (const carrier of needs) yield* write(carrier);
      yield bytes;
    }
    for (const carrier of constants) yield* write(carrier);
  }

  // ── The file ───────────────────────────────────────────────────────────────

  #renamedInitializer(field: Field, name: string): Pieces {
    const pieces = renamedInitializer(this.#origin.graphBytes, field, name);
    if (!this.#moves) return pieces;
    const renamed = pieces.finish();
    const [only] = fieldsOf(renamed);
    return only ? this.#placedField(renamed, only, GraphProtoSchema) : new Pieces();
  }

  #copyInitializer(field: Field, name: string): void {
    this.#copiedInitializers.push(this.#renamedInitializer(field, name));
  }

  #placed(bytes: Uint8Array, desc: DescMessage): Pieces | undefined {
    return this.#moves ? placed(bytes, desc, this.#placement) : undefined;
  }

  /** A field of a message, its tensors as they are to be written. */
  #placedField(bytes: Uint8Array, field: Field, desc: DescMessage): Pieces {
    if (!this.#moves) return new Pieces().raw(wholeOf(bytes, field));
    const whole = wholeOf(bytes, field);
    return placed(whole, desc, this.#placement) ?? new Pieces().raw(whole);
  }

  /** New constants: initializers, but Constant nodes in files so old that initializers must be inputs. */
  #newConstants(): { readonly nodes: Uint8Array[]; readonly initializers: Pieces[] } {
    const nodes: Uint8Array[] = [];
    const initializers: Pieces[] = [];
    for (const { name, constant } of this.#around.pool.made()) {
      const array = constant.load();
      if (this.#irVersion >= 4) {
        initializers.push(this.#newInitializer(array, name));
        continue;
      }
      const value = create(AttributeProtoSchema, {
        name: "value",
        type: AttributeProto_AttributeType.TENSOR,
        t: tensorProto(array),
      });
      nodes.push(plainNode("", "Constant", [value], [], [name]));
    }
    return { nodes, initializers };
  }

  #newInitializer(array: NdArray, name: string): Pieces {
    const tensor = tensorProto(array, name);
    const { rawData } = tensor;
    if (rawData.length < LARGE) return new Pieces().raw(toBinary(TensorProtoSchema, tensor));
    clearField(tensor, TensorProtoSchema.field.rawData);
    return placedNew(toBinary(TensorProtoSchema, tensor), inMemory(rawData), this.#placement);
  }

  /** What the file says about quantised tensors that are still there. Their scales stay with them. */
  #keptAnnotations(): ReadonlySet<Field> {
    const { graphBytes, graphFields } = this.#origin;
    const kept = new Set<Field>();
    for (const field of graphFields) {
      if (field.no !== ANNOTATION) continue;
      const annotation = contentOf(graphBytes, field);
      const parts = fieldsOf(annotation);
      if (!this.#alive.has(textOf(annotation, parts, 1))) continue;
      const names = parts
        .filter(({ no }) => no === 2)
        .map((part) => contentOf(annotation, part))
        .map((entry) => textOf(entry, fieldsOf(entry), 2));
      this.#around.pool.keep(names);
      kept.add(field);
    }
    return kept;
  }

  #graphPieces(): Pieces {
    const { graphBytes, graphFields, pinned } = this.#origin;
    const { pool } = this.#around;
    pool.keep([]);
    for (const [carrier, name] of pool.names()) if (name === carrier.name) this.#alive.add(name);
    const annotations = this.#keptAnnotations();
    const made = this.#newConstants();
    const nodes = [...made.nodes, ...this.#orderedNodes()];
    const kept = new Map(this.#opaqueInitializers);
    for (const [carrier, name] of pool.names())
      if (carrier.kind === "initializer") kept.set(carrier.field, name);
    const pieces = new Pieces();
    const first = new Set<number>();
    const addNodes = (): void => {
      for (const node of nodes) pieces.field(NODE, this.#placed(node, NodeProtoSchema) ?? node);
    };
    for (const field of graphFields) {
      const whole = this.#placedField(graphBytes, field, GraphProtoSchema);
      if (field.no === NODE) {
        if (!first.has(NODE)) addNodes();
        first.add(NODE);
      } else if (field.no === INITIALIZER || field.no === SPARSE_INITIALIZER) {
        const name = kept.get(field);
        if (pinned.has(field) || name === initializerName(graphBytes, field)) pieces.append(whole);
        else if (name !== undefined) pieces.append(this.#renamedInitializer(field, name));
      } else if (field.no === INPUT) {
        const info = contentOf(graphBytes, field);
        if (!this.#fixedInputs.has(textOf(info, fieldsOf(info), 1))) pieces.append(whole);
      } else if (field.no === VALUE_INFO) {
        const info = contentOf(graphBytes, field);
        if (this.#alive.has(textOf(info, fieldsOf(info), 1))) pieces.append(whole);
      } else if (field.no !== ANNOTATION || annotations.has(field)) pieces.append(whole);
    }
    if (!first.has(NODE)) addNodes();
    for (const copy of this.#copiedInitializers) pieces.append(copy);
    for (const tensor of made.initializers) pieces.field(INITIALIZER, tensor);
    return pieces;
  }

  #operatorSet(domain: string, version: number): Uint8Array {
    return toBinary(
      OperatorSetIdProtoSchema,
      create(OperatorSetIdProtoSchema, { domain, version: BigInt(version) }),
    );
  }

  write(): { readonly pieces: Pieces; readonly opset: number } {
    const opset = this.#chooseOpset();
    for (const [index, node] of this.#graph.nodes.entries()) this.#writeNode(index, node, opset);
    for (const { name, source } of this.#naming.copies) this.#copyOf(this.#nameOf(source), name);
    const graph = this.#graphPieces();
    const { bytes, fields, domains } = this.#origin;
    const own = domains.get("") ?? 0;
    const pieces = new Pieces();
    for (const field of fields) {
      const content = contentOf(bytes, field);
      if (field.no === GRAPH) pieces.field(GRAPH, graph);
      else if (field.no === IR_VERSION && this.#irVersion !== this.#origin.irVersion)
        pieces.number(IR_VERSION, this.#irVersion);
      else if (field.no === OPSET_IMPORT && opset !== own) {
        const domain = textOf(content, fieldsOf(content), 1);
        if (plainDomain(domain) !== "") pieces.raw(wholeOf(bytes, field));
        else pieces.field(OPSET_IMPORT, this.#operatorSet(domain, opset));
      } else pieces.append(this.#placedField(bytes, field, ModelProtoSchema));
    }
    if (opset !== own && !domains.has("")) pieces.field(OPSET_IMPORT, this.#operatorSet("", opset));
    const added = this.#graph.nodes.filter((_, index) => this.#matched[index] === undefined);
    const used = new Set(added.map(({ op }) => splitName(op).domain));
    for (const domain of used)
      if (domain !== "" && !domains.has(domain))
        pieces.field(OPSET_IMPORT, this.#operatorSet(domain, 1));
    return { pieces, opset };
  }
}
