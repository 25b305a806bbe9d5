/**
 * TASO's and TENSAT's operators: how lists write them, and what they come to.
 *
 * @module
 */

import { Inexpressible } from "./draft.ts";
import type { Term } from "./foreign.ts";
import { showTerm } from "./sexp.ts";

/** What a term comes to. */
export type Node =
  | { readonly kind: "variable"; readonly name: string }
  | { readonly kind: "matmul"; readonly parts: readonly [Node, Node] }
  | {
      readonly kind: "elementwise";
      readonly operator: "+" | "*";
      readonly parts: readonly [Node, Node];
    }
  | { readonly kind: "scale"; readonly parts: readonly [Node, Node] }
  | { readonly kind: "unary"; readonly operator: string; readonly parts: readonly [Node] }
  | { readonly kind: "transpose"; readonly parts: readonly [Node] }
  | {
      readonly kind: "concat";
      readonly axis: Axis;
      readonly rank: number | undefined;
      readonly parts: readonly Node[];
    }
  | {
      readonly kind: "part";
      readonly index: number;
      readonly axis: Axis;
      readonly parts: readonly [Node];
    }
  | { readonly kind: "convolution"; readonly window: string; readonly parts: readonly [Node, Node] }
  | {
      readonly kind: "pool";
      readonly operator: string;
      readonly window: string;
      readonly parts: readonly [Node];
    }
  | { readonly kind: "enlarge"; readonly parts: readonly [Node, Node] }
  | { readonly kind: "merge"; readonly count: number; readonly parts: readonly [Node] };

/** An axis: a number, or the name of a variable. */
export type Axis = number | string;

/** How an operator is written: which numbers come before its operands and behind, and how many operands it has. */
interface Form {
  readonly before: readonly string[];
  readonly operands: number;
  readonly behind?: readonly string[];
}

/** Every form in which TENSAT's lists have an operator. */
const FORMS: Readonly<Record<string, readonly Form[]>> = {
  matmul: [
    { before: ["act"], operands: 2 },
    { before: [], operands: 2 },
  ],
  conv2d: [{ before: ["strideH", "strideW", "pad", "act"], operands: 2 }],
  ewadd: [{ before: [], operands: 2 }],
  ewmul: [{ before: [], operands: 2 }],
  smul: [{ before: [], operands: 2 }],
  relu: [{ before: [], operands: 1 }],
  tanh: [{ before: [], operands: 1 }],
  sigmoid: [{ before: [], operands: 1 }],
  transpose: [{ before: [], operands: 1 }],
  concat: [
    { before: ["axis", "rank"], operands: 2 },
    { before: ["axis"], operands: 2 },
  ],
  concat2: [{ before: ["axis", "rank"], operands: 2 }],
  concat3: [{ before: ["axis", "rank"], operands: 3 }],
  concat4: [{ before: ["axis", "rank"], operands: 4 }],
  concat5: [{ before: ["axis", "rank"], operands: 5 }],
  split: [{ before: ["axis"], operands: 1 }],
  split_0: [
    { before: [], operands: 1 },
    { before: ["axis"], operands: 1 },
  ],
  split_1: [
    { before: [], operands: 1 },
    { before: ["axis"], operands: 1 },
  ],
  enlarge: [{ before: [], operands: 2 }],
  merge: [{ before: [], operands: 1, behind: ["count"] }],
  poolmax: [{ before: ["kernelH", "kernelW", "strideH", "strideW", "pad"], operands: 1 }],
  poolavg: [{ before: ["kernelH", "kernelW", "strideH", "strideW", "pad"], operands: 1 }],
};

/** Whether an operator is one of these. */
export function isTensorOperator(name: string): boolean {
  return Object.hasOwn(FORMS, name);
}

/** What the number of an activation stands for (TASO's `ActiMode`). */
const ACTIVATIONS: readonly (string | undefined)[] = [undefined, "Sigmoid", "Relu", "Tanh"];
const UNARY: Readonly<Record<string, string>> = { relu: "Relu", tanh: "Tanh", sigmoid: "Sigmoid" };
const POOLS: Readonly<Record<string, string>> = { poolmax: "MaxPool", poolavg: "AveragePool" };

/** The operands and numbers of an application, by its form. */
function parsed(term: Term & { readonly kind: "apply" }): {
  readonly numbers: Readonly<Record<string, Term>>;
  readonly operands: readonly Term[];
} {
  const forms = Object.hasOwn(FORMS, term.operator) ? FORMS[term.operator] : undefined;
  if (!forms) throw new Inexpressible(`the operator ${term.operator} is not known here`);
  const form = forms.find(
    ({ before, operands, behind = [] }) =>
      before.length + operands + behind.length === term.args.length,
  );
  if (!form) throw new Inexpressible(`${term.operator} of ${term.args.length} is not known here`);
  const { before, operands, behind = [] } = form;
  const names = [...before, ...new Array<undefined>(operands), ...behind];
  return {
    numbers: Object.fromEntries(
      names.flatMap((name, i) => (name === undefined ? [] : [[name, term.args[i] as Term]])),
    ),
    operands: term.args.filter((_, i) => names[i] === undefined),
  };
}

function integer(term: Term | undefined, what: string): number {
  if (term?.kind === "number" && /^\d{1,6}$/.test(term.text)) return Number(term.text);
  throw new Inexpressible(`${what} is ${term ? showTerm(term) : "missing"}, not a number`);
}

function axisOf(term: Term | undefined): Axis {
  return term?.kind === "variable" ? term.name : integer(term, "an axis");
}

/** A term as a node. @throws Inexpressible */
export function nodeOf(term: Term): Node {
  if (term.kind === "variable") return { kind: "variable", name: term.name };
  if (term.kind !== "apply")
    throw new Inexpressible(`${showTerm(term)} stands where a tensor is expected`);
  const { operator } = term;
  const { numbers, operands } = parsed(term);
  if (operator.startsWith("split_")) return part(term, numbers["axis"], operands[0] as Term);
  if (operator === "split") throw new Inexpressible("a split of which no part is chosen");
  const parts = operands.map(nodeOf);
  const [a, b] = parts as [Node, Node];
  const window = Object.entries(numbers)
    .filter(([name]) => name !== "act")
    .map(([, value]) => showTerm(value))
    .join(" ");
  switch (operator) {
    case "matmul":
      return activated(numbers["act"], { kind: "matmul", parts: [a, b] });
    case "conv2d":
      return activated(numbers["act"], { kind: "convolution", window, parts: [a, b] });
    case "ewadd":
    case "ewmul":
      return { kind: "elementwise", operator: operator === "ewadd" ? "+" : "*", parts: [a, b] };
    case "smul":
      return { kind: "scale", parts: [a, b] };
    case "transpose":
      return { kind: "transpose", parts: [a] };
    case "enlarge":
      return { kind: "enlarge", parts: [a, b] };
    case "merge":
      return {
        kind: "merge",
        count: integer(numbers["count"], "the number of groups to merge"),
        parts: [a],
      };
    case "poolmax":
    case "poolavg":
      return { kind: "pool", operator: POOLS[operator] as string, window, parts: [a] };
    case "relu":
    case "tanh":
    case "sigmoid":
      return { kind: "unary", operator: UNARY[operator] as string, parts: [a] };
    default: {
      const rank = numbers["rank"] === undefined ? undefined : integer(numbers["rank"], "a rank");
      return { kind: "concat", axis: axisOf(numbers["axis"]), rank, parts };
    }
  }
}

function activated(code: Term | undefined, of: Node): Node {
  if (code === undefined) return of;
  if (code.kind === "variable")
    throw new Inexpressible("the activation is a variable, and no attribute of ONNX's operator");
  const index = integer(code, "an activation");
  if (index >= ACTIVATIONS.length) throw new Inexpressible(`there is no activation ${index}`);
  const operator = ACTIVATIONS[index];
  return operator === undefined ? of : { kind: "unary", operator, parts: [of] };
}

function part(term: Term & { readonly kind: "apply" }, axis: Term | undefined, of: Term): Node {
  const index = Number(term.operator.at(-1));
  if (axis !== undefined) return { kind: "part", index, axis: axisOf(axis), parts: [nodeOf(of)] };
  if (of.kind !== "apply" || of.operator !== "split")
    throw new Inexpressible("a part of what is no split: where it is cut is not known");
  const { numbers, operands } = parsed(of);
  return {
    kind: "part",
    index,
    axis: axisOf(numbers["axis"]),
    parts: [nodeOf(operands[0] as Term)],
  };
}

/** Every node below a node, itself first. */
export function within(node: Node): readonly Node[] {
  if (node.kind === "variable") return [node];
  return [node, ...node.parts.flatMap(within)];
}

/** The variables of nodes, in order, each once. */
export function variables(...nodes: readonly Node[]): readonly string[] {
  const found = new Set<string>();
  for (const node of nodes.flatMap(within)) if (node.kind === "variable") found.add(node.name);
  return [...found];
}

/** A node as a key. */
export function showNode(node: Node): string {
  return JSON.stringify(node);
}
