import type { NodeView } from "@rewright/plugin";
import type { Contraction } from "./contraction.ts";
import { dimension, elements } from "./size.ts";

/** Where in its operands an equation's labels of each kind stand: [operand, axis], the axis from the end behind an ellipsis. */
interface Plan {
  readonly contracted: readonly (readonly [number, number])[];
  /** Labels of the result that only the last operand has. */
  readonly columns: readonly (readonly [number, number])[];
  /** Labels of the result that all operands have. */
  readonly shared: readonly (readonly [number, number])[];
}

const plans = new Map<string, Plan>();

function planOf(equation: string): Plan {
  const known = plans.get(equation);
  if (known !== undefined) return known;
  const [left = "", right] = equation.replaceAll(" ", "").split("->");
  const terms = left.split(",");
  const places = new Map<string, [number, number]>();
  const counts = new Map<string, number>();
  terms.forEach((term, operand) => {
    const dots = term.indexOf("...");
    const labels = term.replace("...", "");
    [...labels].forEach((label, position) => {
      const axis = dots >= 0 && position >= dots ? position - labels.length : position;
      if (!places.has(label) || operand === terms.length - 1) places.set(label, [operand, axis]);
    });
    for (const label of new Set(labels)) counts.set(label, (counts.get(label) ?? 0) + 1);
  });
  // Without an arrow the result has the labels that occur once (NumPy's implicit mode).
  const result =
    right ??
    [...counts]
      .filter(([, count]) => count === 1)
      .map(([label]) => label)
      .join("");
  const last = terms[terms.length - 1] ?? "";
  const of = (test: (label: string) => boolean): [number, number][] =>
    [...places].filter(([label]) => test(label)).map(([, place]) => place);
  const plan: Plan = {
    contracted: of((label) => !result.includes(label)),
    columns: of(
      (label) => result.includes(label) && last.includes(label) && counts.get(label) === 1,
    ),
    shared: of(
      (label) => result.includes(label) && counts.get(label) === terms.length && terms.length > 1,
    ),
  };
  plans.set(equation, plan);
  return plan;
}

function product(node: NodeView, places: Plan["contracted"]): number {
  let size = 1;
  for (let i = 0; i < places.length; i++) {
    const place = places[i] as readonly [number, number];
    size *= dimension(node.operands[place[0]], place[1]);
  }
  return size;
}

/** Einsum as matrix products: contracted labels are k, the last operand's own labels n, labels that all operands share the batch. */
export function einsumContraction(node: NodeView, into: Contraction): void {
  const plan = planOf(String(node.attrs["equation"] ?? ""));
  into.k = product(node, plan.contracted) * Math.max(1, node.operands.length - 1);
  into.n = Math.max(1, product(node, plan.columns));
  into.batch = Math.max(1, product(node, plan.shared));
  into.m = elements(node.results[0]) / (into.n * into.batch);
}
