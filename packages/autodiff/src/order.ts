import type { Value } from "./value.ts";

/** The values that some depend on, and these, each once and after its operands. */
export function ordered(roots: readonly Value[]): Value[] {
  const order: Value[] = [];
  const seen = new Set<Value>();
  const open: { value: Value; next: number }[] = [];
  const enter = (value: Value): void => {
    if (seen.has(value)) return;
    seen.add(value);
    open.push({ value, next: 0 });
  };
  for (const root of roots) {
    enter(root);
    for (let top = open.at(-1); top; top = open.at(-1)) {
      const operand = top.value.operands[top.next++];
      if (operand) enter(operand);
      else order.push((open.pop() as { value: Value }).value);
    }
  }
  return order;
}
