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
  /** Of a condition that was dropped: the rule where only that does not hold. */
  readonly beyond?: ast.Rule;
}

/** The kinds of change. */
type Kind =
  | "operands swapped"
  | "number off by one"
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

type Part = Readonly<Record<string, unknown>> & { readonly kind?: unknown };

const isPart = (value: unknown): value is Part => typeof value === "object" && value !== null;
const inert = new Set(["span", "op", "fn"]);

/** Every tree that differs from this one at one place: `change` says what may stand in the place of a part. */
function variants<T>(
  tree: T,
  change: (part: Part) => readonly (readonly [what: string, part: unknown])[],
): (readonly [string, T])[] {
  if (!isPart(tree)) return [];
  if (Array.isArray(tree))
    return tree.flatMap((item, i) =>
      variants(item, change).map(([what, other]) => [what, tree.with(i, other) as T] as const),
    );
  const own = change(tree).map(([what, other]) => [what, other as T] as const);
  const inner = Object.entries(tree).flatMap(([key, part]) =>
    inert.has(key)
      ? []
      : variants(part, change).map(([what, other]) => [what, { ...tree, [key]: other }] as const),
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
    change: (part: Part) => readonly (readonly [string, unknown])[],
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
  onRight("number off by one", (part) => {
    if (part["kind"] !== "number") return [];
    const { value, integer } = part as unknown as ast.NumberValue;
    const other = typeof value === "bigint" ? value + 1n : integer ? value + 1 : value * 2;
    return [[`${value} → ${other}`, { ...part, value: other }]];
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
      const negated: ast.Value = {
        kind: "unary",
        operator: "not",
        operand: dropped,
        span: dropped.span,
      };
      found.push({
        rule: { ...rule, conditions: [...others, ...and(kept)] },
        beyond: { ...rule, conditions: [...others, ...and([...kept, negated])] },
        kind: "condition dropped",
        what: `condition ${i + 1} of ${condition.text}`,
      });
    }
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
