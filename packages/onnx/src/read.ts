/**
 * Reading an ONNX file.
 *
 * @module
 */

import { dirname } from "node:path";
import type {
  Attrs,
  Constant,
  Dialect,
  Dim,
  Graph,
  GraphNode,
  NdArray,
  Source,
  TensorType,
} from "@rewright/plugin";
import { onnx } from "@rewright/tensor";
import { attributeTensor, readAttribute } from "./attribute.ts";
import { chosenBranch, expansionOf, type FileNames, fileNames } from "./branches.ts";
import type { DataFiles } from "./data-files.ts";
import { type Given, givenText, runningOrder } from "./definitions.ts";
import { ModelError, quote } from "./error.ts";
import {
  FunctionProtoSchema,
  ModelProtoSchema,
  TensorProtoSchema,
  TrainingInfoProtoSchema,
} from "./generated/onnx_pb.ts";
import {
  INITIALIZER,
  INPUT,
  NAME,
  NODE,
  OUTPUT,
  SPARSE_INITIALIZER,
  VALUE_INFO,
} from "./graph-fields.ts";
import { KnownValues } from "./known.ts";
import { type Carrier, type OnnxModel, type OriginNode, type Slot, setOrigin } from "./model.ts";
import {
  essence,
  type FileNode,
  type Kind,
  type Kinds,
  nodeLabel,
  plainDomain,
  readNode,
  textOf,
} from "./node.ts";
import { Pieces } from "./pieces.ts";
import { definitionOf, operatorName, raise } from "./raise.ts";
import { definitionsWithin, type Inner, innerOf, operatorsWithin } from "./scope.ts";
import { openFile } from "./skeleton.ts";
import { constantOf, digest, readTensor, smallContents } from "./tensor.ts";
import { declaredName, declaredType, UNKNOWN } from "./type.ts";
import { TypeNumbers } from "./type-numbers.ts";
import { withWindow } from "./window.ts";
import {
  checkWire,
  contentOf,
  type Field,
  fieldsOf,
  type Range,
  varintOf,
  wholeOf,
} from "./wire.ts";

/** Fields of ModelProto. */
const IR_VERSION = 1;
const GRAPH = 7;
const OPSET_IMPORT = 8;
const TRAINING_INFO = 20;
const FUNCTIONS = 25;

/** As many bytes as a protobuf message may have. */
const MAX_BYTES = 2 ** 31;

/** More nodes than any real model has: reading them takes a few seconds. */
const MAX_NODES = 250_000;

/** Operators whose results have sizes that follow from floating-point operands. */
const SIZED_BY_FLOATS: ReadonlySet<string> = new Set(["Resize", "Range"]);

/** How a model is read. */
export interface ReadOptions {
  /** Where external data may lie; without it external data is refused. */
  readonly directory?: string;
  /** Refuse files of more bytes than this (2 GiB unless said). */
  readonly maxBytes?: number;
  /**
   * Inputs that have a default, as files before version 4 of the format list all their weights, are constants: what is written has no such
   * inputs. Nobody can give them others then, and everybody can compute with them beforehand.
   */
  readonly fixedInputs?: boolean;
  /**
   * An `If` whose condition is known before the model runs (a constant, or computed of constants and of sizes that are known) is what the
   * chosen branch does: that is what is written then.
   */
  readonly inlineBranches?: boolean;
  /** Further vocabularies, for operators outside ONNX's own domain; those in none are opaque. */
  readonly dialects?: readonly Dialect[];
}

/** What the beginning of a file that is no model gives away. */
function otherFormat(bytes: Uint8Array): string | undefined {
  const head = String.fromCharCode(...bytes.subarray(0, 64));
  if (head.startsWith("version https://git-lfs"))
    return "it is a Git LFS pointer: fetch the file itself with `git lfs pull`";
  if (head.startsWith("\x89PNG") || head.startsWith("\xff\xd8\xff")) return "it is a picture";
  if (head.startsWith("PK\x03\x04")) return "it is a zip archive: unpack it first";
  if (head.startsWith("\x1f\x8b")) return "it is compressed: unpack it first";
  if (/^\s*[<{[]/.test(head) && /^[\s\x20-\x7e]*$/.test(head)) return "it is text";
  return undefined;
}

/** Refuses what is no model. @returns where its tensors are */
function checkBytes(bytes: Uint8Array, limit: number): readonly Range[] {
  if (bytes.length === 0) throw new ModelError("not an ONNX model: the file is empty.");
  if (bytes.length > limit)
    throw new ModelError(
      `the file has ${bytes.length} bytes, more than the limit of ${limit}. Keep the weights in external data, or raise the limit.`,
    );
  const other = otherFormat(bytes);
  if (other !== undefined) throw new ModelError(`not an ONNX model: ${other}.`);
  return checkWire(bytes, ModelProtoSchema, "model", TensorProtoSchema);
}

function domainsOf(bytes: Uint8Array, fields: readonly Field[]): Map<string, number> {
  const domains = new Map<string, number>();
  for (const field of fields) {
    if (field.no !== OPSET_IMPORT) continue;
    const content = contentOf(bytes, field);
    const parts = fieldsOf(content);
    const name = plainDomain(textOf(content, parts, 1));
    const number = parts.findLast(({ no }) => no === 2);
    const version = number ? BigInt.asIntN(64, varintOf(content, number)) : 0n;
    const before = domains.get(name);
    if (version < 0n || version > 1_000_000_000n || (before ?? Number(version)) !== Number(version))
      throw new ModelError(
        `the operator set ${quote(name || "ai.onnx")} has ${before === undefined ? `version ${version}` : `versions ${before} and ${version}`}. Name one.`,
      );
    domains.set(name, Number(version));
  }
  return domains;
}

/** The tensors that a file keeps outside its nodes, whatever holds them. */
interface Initializer {
  readonly name: string;
  readonly field: Field;
  /** Absent where it can only be carried along: sparse tensors, element types of the future. */
  readonly constant: Constant | undefined;
  readonly type: TensorType;
  readonly bytes: Uint8Array;
  /** How many of its bytes lie outside the file, as far as nothing else counts them. */
  readonly external: number;
}

function sparseInitializer(bytes: Uint8Array, field: Field, files: DataFiles): Initializer {
  const parts = new Map<number, Uint8Array>();
  const dims: Dim[] = [];
  for (const part of fieldsOf(bytes)) {
    if (part.no === 3 && part.wire === 0)
      dims.push(Number(BigInt.asIntN(64, varintOf(bytes, part))));
    else parts.set(part.no, contentOf(bytes, part));
  }
  const values = readTensor(parts.get(1) ?? new Uint8Array(), files, "a sparse tensor");
  const dtype = values.constant?.type.dtype;
  return {
    name: values.name,
    field,
    constant: undefined,
    type: dtype === undefined ? UNKNOWN : { dtype, shape: dims },
    bytes,
    external: 0,
  };
}

/** The value of a `Constant` node; `undefined` where the vocabulary cannot hold it. */
function constantValue(node: FileNode, files: DataFiles): Constant | undefined {
  const [entry] = node.attributes;
  if (entry === undefined || node.attributes.size !== 1 || node.outputs.length !== 1)
    return undefined;
  const [name, bytes] = entry;
  if (name === "value") {
    const tensor = attributeTensor(bytes);
    return tensor && readTensor(tensor, files, `constant ${quote(node.outputs[0] ?? "")}`).constant;
  }
  const value = readAttribute(bytes, files);
  const kinds = { value_float: "f32", value_int: "i64", value_string: "string" } as const;
  const single = new Map<string, NdArray["dtype"]>(Object.entries(kinds));
  const dtype = single.get(name) ?? single.get(name.replace(/s$/, ""));
  if (value === undefined || dtype === undefined) return undefined;
  const list = Array.isArray(value) ? value : [value];
  if (Array.isArray(value) === single.has(name)) return undefined;
  return constantOf({ dtype, shape: single.has(name) ? [] : [list.length], data: list as never });
}

/** The better of what was inferred and what the file declares: it is believed only where inference knows nothing. */
function refine(inferred: TensorType | undefined, declared: TensorType): TensorType {
  if (inferred === undefined || inferred.dtype === "unknown") return declared;
  if (declared.dtype !== inferred.dtype || declared.shape.length !== inferred.shape.length)
    return inferred;
  const shape = inferred.shape.map((dim, axis) =>
    typeof dim === "string" && dim.startsWith("?!") ? (declared.shape[axis] as Dim) : dim,
  );
  return { ...inferred, shape };
}

/**
 * Reads an ONNX file. Operators of the vocabulary are raised to the form they have there (that of opset 23); all others
 * are opaque and will be written back as they are. Nothing outside the bytes is touched unless a directory is given.
 *
 * @throws {ModelError} when the bytes are no model, or one that no runtime could run: names that nothing defines or that
 * are defined twice, cycles, tensors unlike their data, external data that is missing or must not be read
 */
export function readModel(bytes: Uint8Array, options: ReadOptions = {}): OnnxModel {
  return read(bytes, { directory: options.directory }, options);
}

/**
 * Opens a model file and reads it as `readModel` does, external data being looked for beside it unless a directory is given. Of a large file
 * the elements of tensors stay where they are and are read when somebody asks for them: the file must not be changed while the model is in
 * use.
 *
 * @throws {ModelError} as `readModel` does, and, when the model is used, when its file has changed; the system's error when it cannot be read
 */
export function openModel(path: string, options: ReadOptions = {}): OnnxModel {
  const { bytes, held } = openFile(path, Math.min(options.maxBytes ?? MAX_BYTES, MAX_BYTES));
  return read(bytes, { directory: options.directory ?? dirname(path), held }, options);
}

function read(bytes: Uint8Array, files: DataFiles, options: ReadOptions): OnnxModel {
  // A Buffer's slices are views where an array's are copies.
  const view = new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.length);
  const tensors = checkBytes(view, Math.min(options.maxBytes ?? MAX_BYTES, MAX_BYTES));
  const reader = new Reader(view, tensors, files, options);
  const model = reader.model();
  const flat = reader.flattened();
  if (flat === undefined) return model;
  const ranges = checkWire(flat, ModelProtoSchema, "model", TensorProtoSchema);
  return new Reader(flat, ranges, files, options, reader.inlined).model();
}

/** What a node is in the vocabulary, for it and for all nodes of the same signature. */
interface Raising {
  readonly op: string;
  readonly attrs: Attrs;
  readonly operands: GraphNode["operands"];
  /** Empty where operands are of unknown types. */
  readonly inferred: readonly TensorType[];
  readonly count: number;
  readonly slots: readonly Slot[];
  /** Of each operand, which input of the file's node it is, or the constant that was made for it. */
  readonly origins: readonly (number | Source | undefined)[];
  /** It works on constants alone. */
  readonly isFixed: boolean;
  /** The signature tells all: no contents of constants were looked at. */
  readonly isTelling: boolean;
}

/** Everything found so far while a file is read. */
class Reader {
  readonly #bytes: Uint8Array;
  readonly #fields: readonly Field[];
  readonly #graphBytes: Uint8Array;
  readonly #graphFields: readonly Field[];
  #graphParts: ReadonlyMap<number, readonly Field[]> | undefined;
  readonly #files: DataFiles;
  readonly #dialects: readonly Dialect[];
  readonly #irVersion: number;
  readonly #domains: Map<string, number>;
  readonly #functions: ReadonlySet<string>;
  /** ValueInfoProtos by the name that they declare. */
  readonly #declared: Map<string, Uint8Array>;
  readonly #inputs: readonly string[];
  readonly #outputs: readonly string[];
  readonly #fileNodes: readonly FileNode[];
  readonly #inner: readonly (Inner | undefined)[];
  readonly #initializers: readonly Initializer[];
  readonly #notes: string[] = [];
  readonly #external: number;
  readonly #dataFiles = new Set<string>();
  readonly #fixedInputs: ReadonlySet<string>;
  /** Branches are to be looked for that are known to be chosen. */
  readonly #inlines: boolean;

  /** The program so far. */
  readonly #sources = new Map<string, Source>();
  readonly #types: (readonly TensorType[])[] = [];
  readonly #inputTypes: TensorType[];
  readonly #constants: Constant[] = [];
  readonly #carriers: (Carrier | undefined)[] = [];
  readonly #made = new Map<string, number>();
  readonly #nodes: GraphNode[] = [];
  readonly #origins: OriginNode[] = [];
  /** Of each node, whether it works on constants alone. */
  readonly #fixed: boolean[] = [];
  /** What nodes came to, by signature. */
  readonly #raisings = new Map<string, Raising>();
  readonly #kindNumbers = new Map<Kind, number>();
  readonly #typeNumbers = new TypeNumbers();
  #taken: Set<string> | undefined;
  /** What nodes of the file are replaced by, and what goes with it into the graph. */
  readonly #expansions = new Map<number, readonly FileNode[]>();
  readonly #added: Pieces[] = [];
  readonly #known: KnownValues;
  #names: FileNames | undefined;
  /** Conditional operators that were replaced. */
  inlined: number;

  constructor(
    bytes: Uint8Array,
    tensors: readonly Range[],
    files: DataFiles,
    options: ReadOptions,
    inlined = 0,
  ) {
    this.inlined = inlined;
    this.#bytes = bytes;
    this.#files = files;
    this.#dialects = [onnx, ...(options.dialects ?? [])];
    this.#known = new KnownValues(
      { constants: this.#constants, nodes: this.#nodes },
      this.#dialects,
    );
    this.#fields = fieldsOf(bytes);
    // What is said about training may name any value.
    this.#inlines =
      options.inlineBranches === true &&
      inlined === 0 &&
      !this.#fields.some(({ no }) => no === TRAINING_INFO);
    const graphs = this.#fields.filter(({ no }) => no === GRAPH);
    const [graph] = graphs;
    if (graph === undefined)
      throw new ModelError("not an ONNX model: it has no graph. Was another protobuf file given?");
    if (graphs.length > 1)
      throw new ModelError(
        `the file holds ${graphs.length} graphs: are these several models in one?`,
      );
    this.#graphBytes = contentOf(bytes, graph);
    this.#graphFields = fieldsOf(this.#graphBytes);
    const ir = this.#fields.findLast(({ no }) => no === IR_VERSION);
    this.#irVersion = ir ? Number(varintOf(bytes, ir)) : 0;
    this.#domains = domainsOf(bytes, this.#fields);
    // The first versions of the format had no operator sets.
    if (this.#irVersion < 3 && this.#domains.size === 0) this.#domains.set("", 1);
    this.#functions = new Set(
      this.#fields
        .filter(({ no }) => no === FUNCTIONS)
        .map((field) => {
          const content = contentOf(bytes, field);
          const parts = fieldsOf(content);
          return `${plainDomain(textOf(content, parts, 10))}\0${textOf(content, parts, 1)}`;
        }),
    );
    this.#initializers = this.#readInitializers();
    const read = new Set(this.#initializers.map(({ bytes: { byteOffset } }) => byteOffset));
    let external = this.#initializers.reduce((sum, initializer) => sum + initializer.external, 0);
    for (const { start, end } of tensors) {
      if (read.has(bytes.byteOffset + start)) continue;
      const tensor = bytes.subarray(start, end);
      const found = readTensor(tensor, files, "a tensor within a node");
      external += found.external;
      if (found.path !== undefined) this.#dataFiles.add(found.path);
    }
    this.#external = external;
    const infos = (no: number): (readonly [name: string, info: Uint8Array])[] =>
      this.#parts(no).map(({ content }) => [declaredName(content), content]);
    const defaults = new Set(
      this.#initializers.filter(({ constant }) => constant !== undefined).map(({ name }) => name),
    );
    const all = infos(INPUT);
    this.#fixedInputs = new Set(
      options.fixedInputs ? all.map(([name]) => name).filter((name) => defaults.has(name)) : [],
    );
    const inputs = all.filter(([name]) => !this.#fixedInputs.has(name));
    const outputs = infos(OUTPUT);
    this.#inputs = inputs.map(([name]) => name);
    this.#inputTypes = inputs.map(([name, info]) => declaredType(info, name));
    this.#outputs = outputs.map(([name]) => name);
    this.#declared = new Map([...infos(VALUE_INFO), ...outputs, ...all]);
    const count = this.#graphParts?.get(NODE)?.length ?? 0;
    if (count > MAX_NODES)
      throw new ModelError(
        `the graph has ${count} nodes, more than the ${MAX_NODES} that are read. Is the file damaged?`,
      );
    const kinds: Kinds = new Map();
    this.#fileNodes = this.#parts(NODE).map(({ content }) => readNode(content, kinds));
    this.#inner = this.#fileNodes.map(innerOf);
    const plain = this.#fileNodes.findIndex(
      (node) => node.domain === "" && !this.#functions.has(`\0${node.opType}`),
    );
    if (plain >= 0 && !this.#domains.has(""))
      throw new ModelError(
        `${nodeLabel(this.#fileNodes[plain] as FileNode, plain)} is one of ONNX's own operators, but the file does not say which version of them it uses. ` +
          "It may be cut short; else add an opset_import.",
      );
  }

  #parts(no: number): { field: Field; content: Uint8Array }[] {
    this.#graphParts ??= Map.groupBy(this.#graphFields, (field) => field.no);
    return (this.#graphParts.get(no) ?? []).map((field) => {
      return { field, content: contentOf(this.#graphBytes, field) };
    });
  }

  #readInitializers(): Initializer[] {
    return [INITIALIZER, SPARSE_INITIALIZER].flatMap((no) =>
      this.#parts(no).map(({ field, content }) => this.#readInitializer(content, field)),
    );
  }

  #readInitializer(content: Uint8Array, field: Field): Initializer {
    if (field.no === SPARSE_INITIALIZER) return sparseInitializer(content, field, this.#files);
    const tensor = readTensor(content, this.#files, "an initializer");
    const { name, constant, external } = tensor;
    if (tensor.path !== undefined) this.#dataFiles.add(tensor.path);
    return { name, field, constant, type: constant?.type ?? UNKNOWN, bytes: content, external };
  }

  #addConstant(constant: Constant, carrier: Carrier | undefined): Source {
    this.#carriers.push(carrier);
    return { from: "constant", index: this.#constants.push(constant) - 1 };
  }

  #type(source: Source): TensorType {
    if (source.from === "input") return this.#inputTypes[source.index] as TensorType;
    if (source.from === "constant") return (this.#constants[source.index] as Constant).type;
    return this.#types[source.index]?.[source.result] as TensorType;
  }

  #isConstant(source: Source): boolean {
    return (
      source.from === "constant" || (source.from === "node" && this.#fixed[source.index] === true)
    );
  }

  #contents(source: Source): NdArray | undefined {
    return source.from === "constant" ? smallContents(this.#constants[source.index]) : undefined;
  }

  /** A constant that stood in an attribute; equal ones are one. */
  #makeConstant(array: NdArray): Source {
    const constant = constantOf(array);
    const index = this.#made.get(constant.key);
    if (index !== undefined) return { from: "constant", index };
    this.#made.set(constant.key, this.#constants.length);
    return this.#addConstant(constant, undefined);
  }

  #addNode(node: GraphNode, origin: OriginNode, constant: boolean): void {
    const index = this.#nodes.push(node) - 1;
    this.#origins.push(origin);
    this.#fixed.push(constant);
    this.#types.push(node.results);
    for (const [result, name] of origin.outputs.entries())
      if (name !== "" && result < node.results.length)
        this.#sources.set(name, { from: "node", index, result });
  }

  /** Constants that nothing here understands: operators without operands, so that they are carried along. */
  #addOpaqueConstant(initializer: Initializer): void {
    this.#addNode(
      {
        op: "Constant",
        attrs: {},
        inputs: [],
        operands: [],
        results: [initializer.type],
        opaque: digest("initializer", [initializer.bytes]),
      },
      { initializer: initializer.field, order: -1, slots: [], outputs: [initializer.name] },
      true,
    );
  }

  #declaredType(name: string): TensorType {
    const info = this.#declared.get(name);
    return info === undefined ? UNKNOWN : declaredType(info, name);
  }

  #source(name: string): Source | undefined {
    return name === "" ? undefined : this.#sources.get(name);
  }

  #readNode(order: number): void {
    const node = this.#fileNodes[order] as FileNode;
    const inner = this.#inner[order];
    const expansion = inner && this.#chosen(node, order);
    if (expansion === undefined) this.#readFileNode(node, inner, order);
    else this.#expansions.set(order, expansion);
  }

  /** Reads what the branch does that a node is known to choose. @returns the nodes that it then is */
  #chosen(node: FileNode, order: number): readonly FileNode[] | undefined {
    if (!this.#inlines || node.domain !== "" || node.opType !== "If") return undefined;
    if (this.#functions.has("\0If")) return undefined;
    const source = this.#source(node.inputs[0] ?? "");
    const condition = source && this.#known.of(source);
    const branch = condition && chosenBranch(node, condition);
    if (branch === undefined) return undefined;
    this.#names ??= fileNames(
      [
        ...new Set([...this.#inputs, ...this.#initializers.map(({ name }) => name)]),
        ...this.#fileNodes.flatMap((one) => [...one.outputs, ...definitionsWithin(one)]),
      ],
      this.#fileNodes.map(({ name }) => name),
    );
    const expansion = expansionOf(node, branch, this.#names, (name) => {
      const copied = this.#source(name);
      // Sequences and optional values could not always be copied.
      return (
        (this.#domains.get("") ?? 0) >= 16 ||
        (copied !== undefined && this.#type(copied).dtype !== "unknown")
      );
    });
    if (expansion === undefined) return undefined;
    const { nodes, initializers, infos } = expansion;
    // Before version 4 of the format initializers must be inputs.
    if (initializers.length > 0 && this.#irVersion < 4) return undefined;
    this.inlined++;
    this.#added.push(...initializers, ...infos);
    for (const pieces of initializers) {
      const bytes = pieces.finish();
      const field = fieldsOf(bytes)[0] as Field;
      const initializer = this.#readInitializer(contentOf(bytes, field), field);
      const { name, constant } = initializer;
      if (constant === undefined) this.#addOpaqueConstant(initializer);
      else this.#sources.set(name, this.#addConstant(constant, undefined));
    }
    for (const pieces of infos) {
      const bytes = pieces.finish();
      const info = contentOf(bytes, fieldsOf(bytes)[0] as Field);
      this.#declared.set(declaredName(info), info);
    }
    const inners = nodes.map(innerOf);
    for (const [i, one] of nodes.entries())
      for (const name of [...one.inputs, ...(inners[i]?.captures ?? [])]) this.#taken?.add(name);
    return nodes.flatMap((one, i) => {
      const inner = inners[i];
      const within = inner && this.#chosen(one, order);
      if (within !== undefined) return within;
      this.#readFileNode(one, inner, order);
      return [one];
    });
  }

  /** The file with what its nodes are replaced by; `undefined` where none is. */
  flattened(): Uint8Array | undefined {
    if (this.#expansions.size === 0) return undefined;
    const graph = new Pieces();
    let order = 0;
    for (const field of this.#graphFields) {
      const nodes = field.no === NODE ? this.#expansions.get(order++) : undefined;
      if (nodes === undefined) graph.raw(wholeOf(this.#graphBytes, field));
      else for (const { bytes } of nodes) graph.field(NODE, bytes);
    }
    for (const pieces of this.#added) graph.append(pieces);
    const model = new Pieces();
    for (const field of this.#fields)
      if (field.no === GRAPH) model.field(GRAPH, graph);
      else model.raw(wholeOf(this.#bytes, field));
    return model.finish();
  }

  #readFileNode(node: FileNode, inner: Inner | undefined, order: number): void {
    const function_ = this.#functions.has(`${node.domain}\0${node.opType}`);
    if (node.domain === "" && node.opType === "Constant" && !function_) {
      const constant = constantValue(node, this.#files);
      const name = node.outputs[0] ?? "";
      if (constant !== undefined) {
        this.#sources.set(name, this.#addConstant(constant, { kind: "node", name, node, order }));
        return;
      }
    }
    const inputs = node.inputs.map((name) => this.#source(name));
    if (!function_ && inner === undefined && this.#raiseNode(node, order, inputs)) return;

    const captured = (inner?.captures ?? []).map((name) => this.#source(name));
    const sources = [...inputs, ...captured];
    if (captured.length === 0)
      while (sources.length > 0 && sources.at(-1) === undefined) sources.pop();
    const shape = `${captured.length > 0 ? inputs.length : ""}>${node.outputs.length}`;
    this.#addNode(
      {
        op: operatorName(node) || "?",
        attrs: {},
        inputs: sources,
        operands: this.#operands(sources),
        results: node.outputs.map((name) => this.#declaredType(name)),
        opaque: digest(shape, [essence(node)]),
      },
      {
        node,
        order,
        slots: inputs.map((_, operand) => ({ operand })),
        outputs: node.outputs,
        ...(inner && { inner }),
      },
      false,
    );
  }

  #operands(sources: readonly (Source | undefined)[]): GraphNode["operands"] {
    return sources.map(
      (source) => source && { ...this.#type(source), constant: this.#isConstant(source) },
    );
  }

  /** Operands as inference may see them: types tell of no floating-point elements, but some sizes depend on such. */
  #telling(
    op: string,
    sources: readonly (Source | undefined)[],
    operands: GraphNode["operands"],
  ): readonly (TensorType | undefined)[] {
    if (!SIZED_BY_FLOATS.has(op)) return operands;
    return operands.map((operand, i) => {
      const source = sources[i];
      if (operand === undefined || source === undefined || operand.shape.length > 1) return operand;
      const contents = this.#contents(source);
      if (contents === undefined || !/^f\d\d$/.test(contents.dtype)) return operand;
      return { ...operand, value: Array.from(contents.data as ArrayLike<number>) };
    });
  }

  /** The names that anything takes. Asked for only by nodes with several results. */
  get #used(): ReadonlySet<string> {
    if (this.#taken === undefined) {
      this.#taken = new Set(this.#outputs);
      for (const [index, node] of this.#fileNodes.entries()) {
        for (const name of node.inputs) this.#taken.add(name);
        for (const name of this.#inner[index]?.captures ?? []) this.#taken.add(name);
      }
      this.#taken.delete("");
    }
    return this.#taken;
  }

  /** All that raising a node and inferring its types may look at, but for the contents of constants. */
  #signature({ kind, outputs }: FileNode, inputs: readonly (Source | undefined)[]): string {
    const number = this.#kindNumbers.get(kind) ?? this.#kindNumbers.size;
    this.#kindNumbers.set(kind, number);
    let key = `${number}`;
    if (outputs.length === 1) key += outputs[0] === "" ? "." : "_";
    else for (const name of outputs) key += name === "" ? "." : this.#used.has(name) ? "+" : "-";
    for (const source of inputs) {
      key += source && this.#isConstant(source) ? "c" : "v";
      if (source) key += this.#typeNumbers.of(this.#type(source));
    }
    return key;
  }

  /** A node in the vocabulary's form, and its types; `undefined` where it has to be carried along as it is. */
  #raised(
    node: FileNode,
    order: number,
    inputs: readonly (Source | undefined)[],
  ): Raising | undefined {
    let isTelling = true;
    const made = new Set<Source>();
    const raised = raise(
      node,
      inputs,
      this.#domains.get("") ?? 0,
      (name) => this.#used.has(name),
      this.#dialects,
      {
        type: (source) => this.#type(source),
        contents: (source) => {
          isTelling = false;
          return this.#contents(source);
        },
        constant: (array) => {
          const source = this.#makeConstant(array);
          made.add(source);
          return source;
        },
      },
      this.#files,
    );
    if (raised === undefined) {
      if (definitionOf(operatorName(node), this.#dialects))
        this.#notes.push(
          `${nodeLabel(node, order)} is carried along as it is: its form in this file is not understood.`,
        );
      return undefined;
    }
    const { op, def, slots, count } = raised;
    const operands = this.#operands(raised.inputs);
    const attrs = withWindow(op, raised.attrs, operands);
    let inferred: readonly TensorType[] = [];
    if (operands.every((operand) => operand?.dtype !== "unknown"))
      try {
        inferred = def.infer(this.#telling(op, raised.inputs, operands), attrs, count);
      } catch (error) {
        if (!(error instanceof Error && error.name === "ShapeError")) throw error;
        this.#notes.push(`${nodeLabel(node, order)} is carried along as it is: ${error.message}.`);
        return undefined;
      }
    inferred = inferred.map((type) => (type.dtype === "unknown" ? UNKNOWN : type));
    const origins = raised.inputs.map((source, operand) => {
      const input = slots.findIndex((slot) => "operand" in slot && slot.operand === operand);
      return input >= 0 ? input : source;
    });
    isTelling &&= !SIZED_BY_FLOATS.has(op);
    return {
      ...{ op, attrs, operands, inferred, slots, count, origins },
      isFixed: def.impure !== true && operands.every((operand) => operand?.constant !== false),
      isTelling: isTelling && origins.every((it) => typeof it !== "object" || made.has(it)),
    };
  }

  #raiseNode(node: FileNode, order: number, inputs: readonly (Source | undefined)[]): boolean {
    const signature = this.#signature(node, inputs);
    let raising = this.#raisings.get(signature);
    if (raising === undefined) {
      raising = this.#raised(node, order, inputs);
      if (raising === undefined) return false;
      if (raising.isTelling) this.#raisings.set(signature, raising);
    }
    const { op, attrs, operands, origins, slots, isFixed } = raising;
    this.#addNode(
      {
        ...{ op, attrs, operands, results: this.#results(node, raising) },
        inputs: origins.map((from) => (typeof from === "number" ? inputs[from] : from)),
      },
      {
        ...{ node, order, outputs: node.outputs },
        slots: slots.map((slot, input) => ("operand" in slot ? slot : { fixed: inputs[input] })),
      },
      isFixed,
    );
    return true;
  }

  /** What was inferred, completed by what the file declares. */
  #results({ outputs }: FileNode, { inferred, count }: Raising): readonly TensorType[] {
    if (inferred.length === count && !outputs.some((name) => this.#declared.has(name)))
      return inferred;
    return Array.from({ length: count }, (_, i) =>
      refine(inferred[i], this.#declaredType(outputs[i] ?? "")),
    );
  }

  model(): OnnxModel {
    const initializers = this.#initializers;
    const given = new Map<string, Given>();
    const define = (name: string, what: Given): void => {
      const before = given.get(name);
      if (before !== undefined && name !== "")
        throw new ModelError(
          `the name ${quote(name)} is defined twice: by ${givenText(before)} and by ${givenText(what)}. Names must be unique: rename one.`,
        );
      given.set(name, what);
    };
    for (const [index, name] of this.#inputs.entries()) {
      define(name, { kind: "input", index });
      this.#sources.set(name, { from: "input", index });
    }
    const inputs = new Set(this.#inputs);
    const defaults = new Map<string, Constant>();
    const pinned = new Set<Field>();
    const trained = this.#fields.some(({ no }) => no === TRAINING_INFO);
    const seen = new Set<string>();
    for (const [order, initializer] of initializers.entries()) {
      const { name, field, constant } = initializer;
      if (seen.has(name) || !inputs.has(name)) define(name, { kind: "initializer", index: order });
      seen.add(name);
      if (trained) pinned.add(field);
      if (inputs.has(name)) {
        pinned.add(field);
        if (constant) defaults.set(name, constant);
      } else if (constant === undefined) this.#addOpaqueConstant(initializer);
      else
        this.#sources.set(
          name,
          this.#addConstant(constant, { kind: "initializer", name, field, order }),
        );
    }
    for (const index of runningOrder(this.#fileNodes, this.#inner, given)) this.#readNode(index);
    return this.#finish(defaults, pinned);
  }

  /** Every name of a value or a node, inner graphs included: none that is made may be one of them. */
  #allNames(): Set<string> {
    const names = new Set<string>(this.#sources.keys());
    for (const node of this.#fileNodes) {
      names.add(node.name);
      for (const name of node.outputs) names.add(name);
    }
    for (const inner of this.#inner) for (const name of inner?.defines ?? []) names.add(name);
    return names;
  }

  /** ONNX's own operators in functions and in what is said about training. */
  #operatorsApart(): Set<string> {
    const operators = new Set<string>();
    for (const field of this.#fields) {
      const desc = { [FUNCTIONS]: FunctionProtoSchema, [TRAINING_INFO]: TrainingInfoProtoSchema }[
        field.no
      ];
      if (desc)
        for (const op of operatorsWithin(contentOf(this.#bytes, field), desc)) operators.add(op);
    }
    return operators;
  }

  #finish(defaults: ReadonlyMap<string, Constant>, pinned: ReadonlySet<Field>): OnnxModel {
    const outputs = this.#outputs.map((name, index) => {
      const source = this.#sources.get(name);
      if (source === undefined || name === "")
        throw new ModelError(
          `output ${index} is ${quote(name)}, which nothing defines. The model is incomplete: export it again.`,
        );
      return { name, source };
    });
    const graph: Graph = {
      inputs: this.#inputs.map((name, i) => ({ name, type: this.#inputTypes[i] as TensorType })),
      constants: this.#constants,
      nodes: this.#nodes,
      outputs,
    };
    const model: OnnxModel = {
      graph,
      opset: this.#domains.get("") ?? 0,
      operators: this.#origins.filter(({ node }) => node !== undefined).length,
      irVersion: this.#irVersion,
      name: textOf(this.#graphBytes, this.#graphFields, NAME),
      domains: this.#domains,
      defaults,
      fixedInputs: this.#fixedInputs,
      inlined: this.inlined,
      external: this.#external,
      dataFiles: [...this.#dataFiles],
      isHeld: this.#files.held !== undefined,
      notes: this.#notes,
    };
    setOrigin(model, {
      graph,
      bytes: this.#bytes,
      fields: this.#fields,
      graphBytes: this.#graphBytes,
      graphFields: this.#graphFields,
      nodes: this.#origins,
      carriers: this.#carriers,
      inputs: this.#inputs,
      outputs: this.#outputs,
      irVersion: this.#irVersion,
      domains: this.#domains,
      names: () => this.#allNames(),
      pinned,
      files: this.#files,
      external: this.#external,
      apart: () => this.#operatorsApart(),
    });
    return model;
  }
}
