/**
 * Whether everything that rules make of a program agrees: the e-graph is grown, and each e-node of it is computed from its
 * classes' values and compared with its own class's. So what is compared is not one program that the rules lead to but all of them,
 * and a disagreement lies where a rule made it.
 */
import {
  type Application,
  type BoundRule,
  bindRule,
  loadGraph,
  type Operation,
  type Rule,
  Terms,
} from "../../packages/dsl/src/index.ts";
import type { Id, NodeId } from "../../packages/egraph/src/index.ts";
import type {
  Attr,
  Attrs,
  Constant,
  Graph,
  NdArray,
  Source,
} from "../../packages/plugin/src/index.ts";
import { dialects } from "./rewriting.ts";

/** How far an e-graph is grown. */
export interface Reach {
  /** Rounds of all rules. */
  readonly rounds: number;
  /** E-nodes at which growth ends. */
  readonly nodes: number;
  /** Matches of one rule applied in a round. */
  readonly matches: number;
}

/** An e-graph grown from a program. The next program is grown in the same one. */
export interface Grown {
  readonly terms: Terms;
  readonly outputs: readonly Id[];
  /** By the number that an input has in the e-graph, the number that it has in the program. */
  readonly inputs: ReadonlyMap<number, number>;
  /** By rule, how many of its matches changed anything. */
  readonly fired: ReadonlyMap<string, number>;
}

/** The operators of a rule's left side. */
const needs = new WeakMap<Rule, readonly string[]>();

function operatorsOf(rule: Rule): readonly string[] {
  let found = needs.get(rule);
  if (found === undefined) {
    const all = new Set<string>();
    const scan = (part: unknown): void => {
      if (typeof part !== "object" || part === null) return;
      if (Array.isArray(part)) {
        for (const item of part) scan(item);
        return;
      }
      const { kind, name, operands, of, element } = part as Record<string, unknown>;
      if (kind === "apply") all.add(String(name));
      for (const inner of [operands, of, element]) scan(inner);
    };
    scan(rule.left);
    found = [...all];
    needs.set(rule, found);
  }
  return found;
}

/** Programs that one e-graph is used for: all their constants stay in it. */
const TENURE = 256;

/** An e-graph that programs are grown in one after the other, so that rules are bound to it once. */
class Ground {
  readonly terms = new Terms(dialects, { proofs: false });
  readonly bound = new Map<Rule, BoundRule>();
  programs = 0;
  /** An e-graph knows an input by its number, for good: inputs of other types need others. */
  readonly #numbers = new Map<string, number>();

  /** Clears the e-graph for a program. */
  take(graph: Graph): Pick<Grown, "outputs" | "inputs"> {
    this.programs++;
    this.terms.egraph.clear();
    for (const rule of this.bound.values()) rule.forget(0);
    const inputs = new Map<number, number>();
    const numbered: Graph["inputs"][number][] = [];
    const known = graph.inputs.map((input, i) => {
      const key = `${i} ${JSON.stringify(input)}`;
      const number = this.#numbers.get(key) ?? this.#numbers.size;
      this.#numbers.set(key, number);
      inputs.set(number, i);
      numbered[number] = input;
      return number;
    });
    const outputs = loadGraph(this.terms, renumbered({ ...graph, inputs: numbered }, known));
    return { outputs, inputs };
  }
}

/** A program whose input `i` is called input `numbers[i]`. */
function renumbered(graph: Graph, numbers: readonly number[]): Graph {
  const moved = (source: Source): Source =>
    source.from === "input" ? { ...source, index: numbers[source.index] as number } : source;
  return {
    ...graph,
    nodes: graph.nodes.map((node) => {
      return { ...node, inputs: node.inputs.map((source) => source && moved(source)) };
    }),
    outputs: graph.outputs.map(({ name, source }) => ({ name, source: moved(source) })),
  };
}

/** A program read from an e-graph, with the inputs' numbers of the program that it was grown from. */
export function ownNumbers(graph: Graph, { inputs }: Grown): Graph {
  const numbers: number[] = [];
  for (const [number, own] of inputs) numbers[number] = own;
  return renumbered(graph, numbers);
}

let ground: Ground | undefined;

/** Applies rules to a program until nothing changes or a limit is reached. */
export function grow(graph: Graph, rules: readonly Rule[], reach: Reach): Grown {
  const taken = ground && ground.programs < TENURE ? ground : new Ground();
  ground = undefined; // it is of no more use should anything be thrown
  const { terms, bound } = taken;
  const { egraph } = terms;
  const { outputs, inputs } = taken.take(graph);
  egraph.rebuild();
  const fired = new Map<string, number>();
  for (let round = 0; round < reach.rounds; round++) {
    const present = new Set<string>();
    for (const id of egraph.classes())
      for (const node of egraph.nodes(id)) present.add(terms.operationOf(egraph.op(node)).name);
    let changed = false;
    const due = rules.filter((rule) => operatorsOf(rule).every((op) => present.has(op)));
    const found: BoundRule[] = [];
    for (const rule of due) {
      const known = bound.get(rule) ?? bindRule(rule, terms);
      bound.set(rule, known);
      if (known.search(reach.matches) > 0) found.push(known);
    }
    for (const one of found) {
      terms.blame = one.rule.name;
      for (let match = 0; match < one.count; match++) {
        if (egraph.nodeCount > reach.nodes) break;
        if (one.applied(match) || one.assumptions(match).length > 0) continue;
        if (!one.apply(match, 0)) continue;
        changed = true;
        fired.set(one.rule.name, (fired.get(one.rule.name) ?? 0) + 1);
      }
    }
    egraph.rebuild();
    if (!changed || egraph.nodeCount > reach.nodes) break;
  }
  ground = taken;
  return { terms, outputs, inputs, fired };
}

/** An e-node that is not what its class is. */
export interface Disagreement {
  readonly node: string;
  readonly why: string;
}

const wide = (dtype: string): boolean => dtype === "f32" || dtype === "f16" || dtype === "bf16";

/** Floats in double precision. */
function promoted(array: NdArray): NdArray {
  if (!wide(array.dtype)) return array;
  return { ...array, dtype: "f64", data: Float64Array.from(array.data as ArrayLike<number>) };
}

function promotedAttrs(attrs: Attrs, { def }: Operation): Attrs {
  return Object.fromEntries(
    Object.entries(attrs).map(([name, value]): [string, Attr] => {
      if (def?.attrs?.[name]?.type === "dtype" && typeof value === "string")
        return [name, wide(value) ? "f64" : value];
      return typeof value === "object" && "dtype" in value
        ? [name, promoted(value)]
        : [name, value];
    }),
  );
}

/** What a class is: a tensor, or those of an application with several results. */
interface Worth {
  readonly arrays: readonly NdArray[];
  /** Whole numbers throughout, and all that they come from: then floats are exact. */
  readonly exact: boolean;
}

/** Changes each number a little; the same each time for the same place. */
type Jitter = (array: NdArray, place: number) => NdArray;

function jitter(array: NdArray, place: number): NdArray {
  if (array.dtype !== "f64") return array;
  let state = place * 2654435761 + 12345;
  const data = Float64Array.from(array.data as ArrayLike<number>, (x) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return x * (1 + 2e-7 * (state / 2 ** 31 - 1));
  });
  return { ...array, data };
}

/** Computes the classes of an e-graph. */
class Evaluator {
  readonly #terms: Terms;
  /** By their numbers in the e-graph. */
  readonly #inputs: ReadonlyMap<number, NdArray>;
  readonly #jitter: Jitter | undefined;
  readonly worth = new Map<Id, Worth>();
  /** By class, the e-node that its worth was computed from. */
  readonly origin = new Map<Id, NodeId>();

  constructor({ terms, inputs: numbers }: Grown, inputs: readonly NdArray[], shake?: Jitter) {
    this.#terms = terms;
    this.#inputs = new Map(
      [...numbers].map(([number, i]) => [number, promoted(inputs[i] as NdArray)] as const),
    );
    this.#jitter = shake;
  }

  /** Computes every class that can be, from its oldest e-node: those of the program itself come first. */
  settle(nodes: readonly NodeId[], choice?: ReadonlyMap<Id, NodeId>): void {
    const { egraph } = this.#terms;
    for (let open = [...nodes], before = -1; open.length !== before; ) {
      before = open.length;
      open = open.filter((node) => {
        const id = egraph.class(node);
        if (this.worth.has(id)) return false;
        if (choice && choice.get(id) !== node) return false;
        const worth = this.compute(node);
        if (worth === undefined || typeof worth === "string") return worth === undefined;
        this.worth.set(id, this.#folded(id, worth));
        this.origin.set(id, node);
        return false;
      });
    }
  }

  /** What is known of a class: constants are folded in single precision, each of them rounded. */
  #folded(id: Id, { arrays, exact }: Worth): Worth {
    const shake = this.#jitter;
    if (!shake || !this.#terms.facts(id).constant) return { arrays, exact };
    return { arrays: arrays.map((array) => shake(array, id)), exact };
  }

  /** The greatest finite number among the operands of an e-node. */
  greatestOperand(node: NodeId): number {
    const { egraph } = this.#terms;
    let greatest = 0;
    for (const child of egraph.children(node))
      for (const { data } of this.worth.get(egraph.find(child))?.arrays ?? [])
        for (let i = 0; i < data.length; i++) {
          const x = Math.abs(Number(data[i]));
          if (x < Infinity) greatest = Math.max(greatest, x);
        }
    return greatest;
  }

  /** What an e-node comes to; `undefined` where an operand is not known, the reason where it is not defined. */
  compute(node: NodeId): Worth | string | undefined {
    const { egraph } = this.#terms;
    const operation = this.#terms.operationOf(egraph.op(node));
    const argument = egraph.argument(egraph.arg(node));
    const leaf = (array: NdArray): Worth => {
      const shaken = this.#jitter ? this.#jitter(array, node) : array;
      return { arrays: [shaken], exact: isWhole(shaken) };
    };
    switch (operation.kind) {
      case "absent":
        return { arrays: [], exact: true };
      case "input":
        return leaf(this.#inputs.get((argument as { index: number }).index) as NdArray);
      case "constant":
        return leaf(promoted((argument as Constant).load()));
      case "result": {
        const tuple = this.worth.get(egraph.find(egraph.child(node, 0)));
        const array = tuple?.arrays[operation.count];
        return array && { arrays: [array], exact: tuple.exact && isWhole(array) };
      }
    }
    const operands: (NdArray | undefined)[] = [];
    let exact = true;
    for (const child of egraph.children(node)) {
      const worth = this.worth.get(egraph.find(child));
      if (worth === undefined) return undefined;
      operands.push(worth.arrays[0]);
      exact &&= worth.exact;
    }
    const { attrs } = argument as Application;
    try {
      const arrays = operation.def?.evaluate?.(
        operands,
        promotedAttrs(attrs, operation),
        operation.count,
      );
      if (arrays === undefined) return "it has no reference semantics";
      return { arrays, exact: exact && arrays.every(isWhole) };
    } catch (error) {
      return error instanceof Error ? error.message : String(error);
    }
  }
}

function isWhole({ dtype, data }: NdArray): boolean {
  if (dtype !== "f64") return true;
  for (let i = 0; i < data.length; i++) {
    const x = data[i] as number;
    if (!Number.isInteger(x) || Math.abs(x) > 2 ** 24) return false;
  }
  return true;
}

/** Rounding may make up this share of the largest element; constants are folded in single precision. */
const ROUNDING = 2e-5;
/** Less than this is nothing, or rounded to few bits, in single precision. */
const LEAST = 2 ** -126;
/** What is less than this share of the operands is what is left of their sums: such a tail tells nothing. */
const REMAINS = 2 ** -48;
/** So many times what a class moves by itself when its inputs move in their last digits. */
const PATIENCE = 100;

/** How far two arrays of one class are apart: 0 where nothing is to be said against them. NaN and infinities of `a` may be anything in `b`. */
function gap(a: NdArray, b: NdArray): { readonly most: number; readonly scale: number } | string {
  if (a.dtype !== b.dtype) return `is ${b.dtype}, not ${a.dtype}`;
  if (`${a.shape}` !== `${b.shape}`) return `has shape [${b.shape}], not [${a.shape}]`;
  let most = 0;
  let scale = 0;
  for (let i = 0; i < a.data.length; i++) {
    const x = a.data[i];
    const y = b.data[i];
    if (typeof x === "number" && !Number.isFinite(x)) continue;
    if (typeof x === "number") scale = Math.max(scale, Math.abs(x));
    if (x === y) continue;
    if (typeof x !== "number" || typeof y !== "number" || !Number.isFinite(y)) most = Infinity;
    else most = Math.max(most, Math.abs(x - y));
  }
  return { most, scale };
}

/** What disagrees in an e-graph on these inputs; `undefined` where all e-nodes that can be computed agree. */
export function disagreement(grown: Grown, inputs: readonly NdArray[]): Disagreement | undefined {
  const { terms } = grown;
  const { egraph } = terms;
  const nodes = egraph
    .classes()
    .flatMap((id) => egraph.nodes(id))
    .sort((a, b) => a - b);
  const plain = new Evaluator(grown, inputs);
  plain.settle(nodes);
  let shaken: Evaluator | undefined;
  for (const node of nodes) {
    const id = egraph.class(node);
    const worth = plain.worth.get(id);
    if (worth === undefined || plain.origin.get(id) === node) continue;
    const other = plain.compute(node);
    const told = (why: string): Disagreement => ({ node: spell(terms, node), why });
    if (other === undefined) return told("has an operand that is not defined");
    if (typeof other === "string") return told(`is not defined: ${other}`);
    for (const [i, array] of worth.arrays.entries()) {
      const found = other.arrays[i];
      const apart = found ? gap(array, found) : "is missing a result";
      if (typeof apart === "string") return told(apart);
      if (apart.most <= LEAST) continue;
      const exact = worth.exact && other.exact;
      if (!exact && apart.most <= ROUNDING * apart.scale) continue;
      if (!exact) {
        if (shaken === undefined) {
          shaken = new Evaluator(grown, inputs, jitter);
          shaken.settle(nodes, plain.origin);
        }
        const moved = shaken.worth.get(id)?.arrays[i];
        const noise = moved ? gap(array, moved) : "";
        const again = shaken.compute(node);
        const own =
          found && typeof again === "object" ? gap(found, again.arrays[i] as NdArray) : "";
        if (typeof noise === "string" || typeof own === "string") continue;
        if (apart.most <= PATIENCE * Math.max(noise.most, own.most)) continue;
        if (apart.most <= REMAINS * plain.greatestOperand(node)) continue;
      }
      return told(
        `differs by ${apart.most.toPrecision(3)} from ${spell(terms, plain.origin.get(id) as NodeId)}, the largest element being ${apart.scale.toPrecision(3)}${exact ? ", though all are whole numbers" : ""}`,
      );
    }
  }
  return undefined;
}

/** An e-node, with the operators of its operands' oldest e-nodes. */
function spell(terms: Terms, node: NodeId, depth = 2): string {
  const { egraph } = terms;
  const operation = terms.operationOf(egraph.op(node));
  const argument = egraph.argument(egraph.arg(node));
  if (operation.kind === "input") return (argument as { name: string }).name;
  if (operation.kind === "absent") return "_";
  const [type] = terms.facts(egraph.class(node)).types;
  const of = type ? `${type.dtype}[${type.shape}]` : "";
  if (operation.kind === "constant") {
    const { data } = (argument as Constant).load();
    return data.length <= 8 ? `${of}{${Array.from(data as ArrayLike<number>).join(",")}}` : of;
  }
  const operands = egraph.children(node).map((child) => {
    const [first] = egraph.nodes(egraph.find(child)).sort((a, b) => a - b);
    return depth > 0 ? spell(terms, first as NodeId, depth - 1) : "…";
  });
  if (operation.kind === "result") return `${operands}.${operation.count}`;
  const { attrs } = argument as Application;
  const said = Object.entries(attrs).map(([name, value]) => `${name}=${JSON.stringify(value)}`);
  return `${operation.name}(${operands.join(", ")}${said.length > 0 ? `; ${said.join(", ")}` : ""})`;
}
