import type { Facts, Terms } from "@rewright/dsl";
import type { CostModel, Dim, NodeView, Operand, TensorType } from "@rewright/plugin";
import type { ArgId, NodeId, OpId } from "egraph-ts";
import { messageOf, SearchError } from "./search-error.ts";

/**
 * What e-nodes cost. The host's part of the bargain with a cost model is here: inputs, constants and projections are
 * free, and so are work on constants alone, opaque operators and applications whose types are not known; the model is
 * asked about the rest, with symbolic dimensions bound.
 */
export class Pricing {
  readonly #model: CostModel;
  readonly #bind: (dim: string) => number;
  #terms: Terms;
  /** By e-node. An entry stands as long as the node's operator and argument and the facts of it and its operands do. */
  #known: (Known | undefined)[] = [];

  /** By operator, argument and the numbers of the facts. */
  #alike = new Map<string, number>();

  constructor(model: CostModel, bind: (dim: string) => number, terms: Terms) {
    this.#model = model;
    this.#bind = bind;
    this.#terms = terms;
  }

  /** From now on, nodes are those of `terms`. */
  attach(terms: Terms): void {
    if (terms === this.#terms) return;
    this.#terms = terms;
    this.#known = [];
    this.#alike = new Map();
  }

  /** The cost of running this node once: ≥ 0, never NaN, perhaps Infinity. */
  of(node: NodeId): number {
    const { egraph } = this.#terms;
    const known = this.#known[node];
    if (known && this.#stands(known, node)) return known.cost;
    const facts = [this.#terms.facts(egraph.class(node))];
    for (const child of egraph.children(node)) facts.push(this.#terms.facts(child));
    const cost = this.#recall(node, facts);
    this.#known[node] = { op: egraph.op(node), arg: egraph.arg(node), facts, cost };
    return cost;
  }

  /** The cost of an application like this one, if one has been asked for: marks come and go, and e-nodes with them. */
  #recall(node: NodeId, facts: readonly Facts[]): number {
    const { egraph } = this.#terms;
    let key = `${egraph.op(node)},${egraph.arg(node)}`;
    for (const { id } of facts) key += `,${id}`;
    let cost = this.#alike.get(key);
    if (cost === undefined) {
      cost = this.#ask(node);
      this.#alike.set(key, cost);
    }
    return cost;
  }

  #stands(known: Known, node: NodeId): boolean {
    const { egraph } = this.#terms;
    const { facts } = known;
    if (known.op !== egraph.op(node) || known.arg !== egraph.arg(node)) return false;
    if (facts.length !== egraph.arity(node) + 1) return false;
    if (facts[0] !== this.#terms.facts(egraph.class(node))) return false;
    for (let i = 1; i < facts.length; i++) {
      if (facts[i] !== this.#terms.facts(egraph.child(node, i - 1))) return false;
    }
    return true;
  }

  #ask(node: NodeId): number {
    const view = this.#terms.view(node);
    if (!view || view.opaque !== undefined || view.results.some(isUnknown)) return 0;
    if (view.operands.some((operand) => operand && isUnknown(operand))) return 0;
    // Without operands, or of an impure operator, only the class knows whether it is constant.
    const { constant } = this.#terms.facts(this.#terms.egraph.class(node));
    if (constant && view.operands.every((operand) => !operand || operand.constant)) return 0;
    let cost: number;
    try {
      cost = this.#model.cost(this.#bound(view));
    } catch (caught) {
      throw new SearchError("cost model", `${view.op}: ${messageOf(caught)}`, { cause: caught });
    }
    if (typeof cost !== "number" || !(cost >= 0)) {
      throw new SearchError(
        "cost model",
        `${view.op} costs ${typeof cost === "number" ? cost : `a ${typeof cost}`}: a cost is a number ≥ 0`,
      );
    }
    return cost;
  }

  #bound(view: NodeView): NodeView {
    const operands = view.operands.map((operand): Operand | undefined => {
      if (!operand || isBound(operand)) return operand;
      return { ...this.#type(operand), constant: operand.constant };
    });
    const results = view.results.map((type) => (isBound(type) ? type : this.#type(type)));
    return { op: view.op, attrs: view.attrs, operands, results };
  }

  #type(type: TensorType): TensorType {
    const number = (dim: Dim): number => (typeof dim === "number" ? dim : this.#dim(dim));
    const { dtype, shape, value } = type;
    return value
      ? { dtype, shape: shape.map(number), value: value.map(number) }
      : { dtype, shape: shape.map(number) };
  }

  #dim(name: string): number {
    const bound = this.#bind(name);
    if (bound >= 0) return bound;
    throw new RangeError(`bind("${name}") gave ${bound}: a dimension is a number ≥ 0`);
  }
}

interface Known {
  readonly op: OpId;
  readonly arg: ArgId;
  /** The node's own, then its operands'. */
  readonly facts: readonly Facts[];
  readonly cost: number;
}

function isUnknown(type: TensorType): boolean {
  return type.dtype === "unknown";
}

function isBound(type: TensorType): boolean {
  const isNumber = (dim: Dim): boolean => typeof dim === "number";
  return type.shape.every(isNumber) && (type.value?.every(isNumber) ?? true);
}
