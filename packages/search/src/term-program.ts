import type { Graph, GraphNode, Operand, Source, TensorType } from "@rewright/plugin";
import type { TermId, TermPool } from "./term-pool.ts";

/** Of a value that is no tensor nothing is said. */
const VALUE: TensorType = Object.freeze({ dtype: "unknown", shape: [] });
const OPERAND: Operand = Object.freeze({ ...VALUE, constant: false });
const RESULTS: readonly TensorType[] = Object.freeze([VALUE]);
/** By number of operands, and by index of the node, made once: programs are looked at all the time. */
const OPERANDS: (readonly Operand[])[] = [];
const SOURCES: Source[] = [];
const ATTRS: GraphNode["attrs"] = Object.freeze({});

/** A term as a program: a node for each of its distinct parts, atoms included, operands first. Made when it is looked at. */
export class TermProgram implements Graph {
  readonly inputs: Graph["inputs"] = [];
  readonly constants: Graph["constants"] = [];
  /** The term. */
  readonly term: TermId;
  readonly #pool: TermPool;
  #parts: readonly TermId[] | undefined;
  #nodes: readonly GraphNode[] | undefined;

  constructor(pool: TermPool, term: TermId) {
    this.#pool = pool;
    this.term = term;
  }

  /** The part that each node stands for. */
  get parts(): readonly TermId[] {
    this.#parts ??= this.#pool.parts(this.term);
    return this.#parts;
  }

  get nodes(): readonly GraphNode[] {
    if (this.#nodes) return this.#nodes;
    const sources = new Map<TermId, Source>();
    this.#nodes = this.parts.map((part, index) => {
      const operands = this.#pool.operands(part);
      const { length } = operands;
      SOURCES[index] ??= Object.freeze({ from: "node", index, result: 0 });
      OPERANDS[length] ??= Object.freeze(Array.from(operands, () => OPERAND));
      sources.set(part, SOURCES[index]);
      return {
        op: this.#pool.name(part),
        attrs: ATTRS,
        operands: OPERANDS[length],
        results: RESULTS,
        inputs: operands.map((operand) => sources.get(operand)),
      };
    });
    return this.#nodes;
  }

  get outputs(): Graph["outputs"] {
    return [{ name: "term", source: { from: "node", index: this.parts.length - 1, result: 0 } }];
  }
}
