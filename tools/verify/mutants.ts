/** Rules changed in one place each, as a slip of the pen would. Nearly all are wrong, and whoever checks rules must say so. */
import type * as ast from "../../packages/dsl/src/ast.ts";
import { conjuncts } from "../../packages/dsl/src/occurrence.ts";
import { onnx } from "../../packages/tensor/src/index.ts";

/** A rule with one change. */
export interface Mutant {
  readonly rule: ast.Rule;
  /** The kind of change. */
  readonly kind: Kind;
  /** What was changed, for people. */
  readonly what: string;
}

/** The kinds of change. */
type Kind =
  | "operands swapped"
  | "number off by one"
  | "axis off by one"
  | "condition dropped"
  | "operator exchanged"
  | "sign turned"
  | "operand replaced"
  | "operator left out";

/** Operators that take others' places, and make something else of the same operands. */
const twins: Readonly<Record<string, string>> = {
  ...{ Add: "Sub", Sub: "Add", Mul: "Div", Div: "Mul", Max: "Min", Min: "Max" },
  ...{
    ReduceSum: "ReduceMax",
    ReduceMax: "ReduceMin",
    ReduceMin: "ReduceMax",
    ReduceMean: "ReduceSum",
  },
  ...{
    Exp: "Neg",
    Log: "Exp",
    Sqrt: "Abs",
    Relu: "Abs",
    Sigmoid: "Tanh",
    Tanh: "Sigmoid",
    Erf: "Tanh",
  },
  ...{ Floor: "Ceil", Ceil: "Floor", AveragePool: "MaxPool", GlobalAveragePool: "GlobalMaxPool" },
};
/** Whose operands may stand in any order, though the vocabulary only says so of those with two. */
const symmetric = new Set(["Max", "Min", "Sum", "Mean"]);

/** Attributes that say no by 0, and yes by any other number. */
const flags = new Set(["keepdims", "transA", "transB", "noop_with_empty_axes", "training_mode"]);

type Part = Readonly<Record<string, unknown>> & { readonly kind?: unknown };

const isPart = (value: unknown): value is Part => typeof value === "object" && value !== null;
const inert = new Set(["span", "op", "fn"]);

/** One change of a tree: what it is and where, and what comes of it. */
type Variant<T> = readonly [what: string, tree: T];

/** Every tree that differs from this one at one place: `change` says what may stand in the place of a part. */
function variants<T>(
  tree: T,
  change: (part: Part, place: string) => readonly Variant<unknown>[],
  place = "",
): Variant<T>[] {
  if (!isPart(tree)) return [];
  if (Array.isArray(tree))
    return tree.flatMap((item, i) =>
      variants(item, change, `${place}[${i}]`).map(
        ([what, other]) => [what, tree.with(i, other) as T] as const,
      ),
    );
  const { kind, name } = tree as { readonly kind?: unknown; readonly name?: unknown };
  const isNamed = kind === "apply" || kind === "call";
  const here = isNamed
    ? `${place} ${name}`.trimStart()
    : kind === undefined && typeof name === "string"
      ? `${place.replace(/\[\d+\]$/, "")}.${name}`
      : place;
  const own = change(tree, place).map(
    ([what, other]) => [`${place}: ${what}`, other as T] as const,
  );
  const inner = Object.entries(tree).flatMap(([key, part]) =>
    inert.has(key)
      ? []
      : variants(part, change, here).map(
          ([what, other]) => [what, { ...tree, [key]: other }] as const,
        ),
  );
  return [...own, ...inner];
}

function spelled(part: unknown): string {
  if (!isPart(part)) return String(part);
  const { kind, name, value, operands } = part as Part & {
    name?: string;
    value?: unknown;
    operands?: unknown[];
  };
  if (kind === "apply") return `${name}(${(operands ?? []).map(spelled).join(", ")})`;
  if (kind === "variable") return String(name);
  if (kind === "number") return String(value);
  if (kind === "constant") return spelled(value);
  if (kind === "spread") return `...${spelled((part as Part & { element?: unknown })["element"])}`;
  return String(kind);
}

/** Every rule that differs from this one in one place of its right side, or lacks one of its conditions. */
export function mutants(rule: ast.Rule): Mutant[] {
  const found: Mutant[] = [];
  const onRight = (
    kind: Kind,
    change: (part: Part, place: string) => readonly Variant<unknown>[],
  ): void => {
    for (const [what, right] of variants(rule.right, change))
      found.push({ rule: { ...rule, right }, kind, what });
  };
  onRight("operands swapped", (part) => {
    if (part["kind"] !== "apply") return [];
    const { name, op, operands } = part as unknown as ast.Apply;
    if (op.commutative || symmetric.has(name)) return [];
    return operands.slice(1).flatMap((second, i) => {
      const first = operands[i] as ast.Term | ast.Spread;
      if (spelled(first) === spelled(second)) return [];
      const swapped = operands.with(i, second).with(i + 1, first);
      return [
        [
          `${name}(… ${spelled(second)}, ${spelled(first)} …)`,
          { ...part, operands: swapped },
        ] as const,
      ];
    });
  });
  onRight("number off by one", (part, place) => {
    if (part["kind"] !== "number") return [];
    const { value, integer } = part as unknown as ast.NumberValue;
    const isFlag = flags.has(place.slice(place.lastIndexOf(".") + 1));
    if (isFlag)
      return [[`${value} → ${value === 0 ? 1 : 0}`, { ...part, value: value === 0 ? 1 : 0 }]];
    const other = typeof value === "bigint" ? value + 1n : integer ? value + 1 : value * 2;
    return [[`${value} → ${other}`, { ...part, value: other }]];
  });
  const next = (value: ast.Value): ast.Value => {
    const right: ast.Value = { kind: "number", value: 1, integer: true, span: value.span };
    return { kind: "binary", operator: "+", left: value, right, span: value.span };
  };
  onRight("axis off by one", (part) => {
    if (part["kind"] === "list") {
      const { elements } = part as unknown as ast.ListValue;
      return elements.flatMap((element, i) => {
        if (element.kind === "number" || element.kind === "spread") return [];
        const other = { ...part, elements: elements.with(i, next(element)) };
        return [[`element ${i} + 1`, other] as const];
      });
    }
    if (part["kind"] !== "apply") return [];
    const { op, attrs } = part as unknown as ast.Apply;
    return attrs.flatMap((entry, i) => {
      const { name, value } = entry;
      if (op.attrs?.[name]?.type !== "axis" || value.kind === "number") return [];
      const other = { ...part, attrs: attrs.with(i, { ...entry, value: next(value) }) };
      return [[`${name} + 1`, other] as const];
    });
  });
  onRight("operator exchanged", (part) => {
    const name = part["kind"] === "apply" ? (part as unknown as ast.Apply).name : "";
    const other = twins[name];
    return other === undefined
      ? []
      : [[`${name} → ${other}`, { ...part, name: other, op: onnx.ops[other] }]];
  });
  onRight("sign turned", (part) => {
    const { operator } = part as { operator?: string };
    const other =
      part["kind"] === "binary"
        ? ({ "+": "-", "-": "+" } as const)[String(operator) as "+"]
        : undefined;
    return other === undefined ? [] : [[`${operator} → ${other}`, { ...part, operator: other }]];
  });
  const terms = [...rule.variables.values()].filter(
    ({ kind, depth }) => kind === "term" && depth === 0,
  );
  onRight("operand replaced", (part) => {
    if (part["kind"] !== "apply") return [];
    const { operands } = part as unknown as ast.Apply;
    return operands.flatMap((operand, i) => {
      if (operand.kind !== "variable" || rule.variables.get(operand.name)?.depth !== 0) return [];
      const at = terms.findIndex(({ name }) => name === operand.name);
      const other = terms[(at + 1) % terms.length];
      if (at < 0 || other === undefined || other.name === operand.name) return [];
      return [
        [
          `${operand.name} → ${other.name}`,
          { ...part, operands: operands.with(i, { ...operand, name: other.name }) },
        ] as const,
      ];
    });
  });
  onRight("operator left out", (part) => {
    if (part["kind"] !== "apply") return [];
    const [only, ...more] = (part as unknown as ast.Apply).operands;
    if (only === undefined || more.length > 0 || only.kind === "spread" || only.kind === "constant")
      return [];
    return [[`${(part as unknown as ast.Apply).name} left out`, only]];
  });
  for (const [at, condition] of rule.conditions.entries()) {
    const parts = conjuncts(condition.value);
    for (const [i, dropped] of parts.entries()) {
      // Whether something is known before the program runs says nothing about what it is: such a condition is about cost.
      if (isHint(dropped) || (dropped.kind === "call" && dropped.name === "constant")) continue;
      const kept = parts.toSpliced(i, 1);
      const and = (all: readonly ast.Value[]): ast.Condition[] =>
        all.map((value) => ({ ...condition, value }));
      const others = rule.conditions.toSpliced(at, 1);
      found.push({
        rule: { ...rule, conditions: [...others, ...and(kept)] },
        kind: "condition dropped",
        what: spelledParts(condition.text)[i] ?? condition.text,
      });
    }
  }
  return found;
}

/** The conditions that a text joins by `and`, outside of parentheses. */
function spelledParts(text: string): readonly string[] {
  const found = [""];
  let depth = 0;
  for (const word of text.split(" ")) {
    depth += word.split(/[([]/).length - word.split(/[)\]]/).length;
    if (word === "and" && depth === 0) found.push("");
    else found[found.length - 1] = `${found.at(-1)} ${word}`.trimStart();
  }
  return found;
}

/** Whether a condition is, or rests on, a pruning hint: checks take those for true anyway. */
function isHint(value: unknown): boolean {
  if (!isPart(value)) return false;
  if (Array.isArray(value)) return value.some(isHint);
  const { kind, fn } = value as { kind?: string; fn?: { hint?: boolean } };
  if (kind === "call" && fn?.hint === true) return true;
  return Object.entries(value).some(([key, part]) => !inert.has(key) && isHint(part));
}
