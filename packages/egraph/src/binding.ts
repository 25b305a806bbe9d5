import type { Template } from "./action.ts";
import type { EGraph } from "./egraph.ts";
import { EGraphError } from "./error.ts";
import type { Pattern } from "./pattern.ts";
import type { Rule } from "./rule.ts";

/** Nested deeper, patterns and templates are refused, before anything recursive meets them. */
export const MAX_DEPTH = 256;

/**
 * Checks what could otherwise harm a graph: that each slot that is read is one that the left side binds, to
 * the right kind of thing, and that operators and arguments exist. Throws an {@link EGraphError}.
 */
// biome-ignore lint/suspicious/noExplicitAny: rules do not look at the facts of the graph
export function checkBinding(graph: EGraph<any>, rule: Rule): void {
  new Check(graph, rule).run();
}

class Check {
  // biome-ignore lint/suspicious/noExplicitAny: rules do not look at the facts of the graph
  private readonly graph: EGraph<any>;
  private readonly rule: Rule;
  private readonly classes = new Set<number>();
  private readonly args = new Set<number>();

  // biome-ignore lint/suspicious/noExplicitAny: rules do not look at the facts of the graph
  constructor(graph: EGraph<any>, rule: Rule) {
    this.graph = graph;
    this.rule = rule;
  }

  run(): void {
    const { graph, left, rootSlots, right } = this.rule;
    if (graph !== undefined && graph !== this.graph)
      throw this.fault(
        "rule",
        "was made for another graph, whose operators have other numbers; make it for this one",
      );
    for (const slot of rootSlots) this.bind(this.classes, slot);
    for (const pattern of left) this.pattern(pattern, 1);
    if (typeof right === "function") return;
    for (const { slot, template } of right) {
      this.need(this.classes, slot, "a class");
      this.template(template, 1);
    }
  }

  private pattern(pattern: Pattern, depth: number): void {
    this.checkDepth(depth);
    if (pattern.kind === "variable") {
      this.bind(this.classes, pattern.slot);
      return;
    }
    this.graph.operatorName(pattern.op);
    this.graph.argument(pattern.arg ?? 0);
    this.bind(this.args, pattern.argSlot);
    // The number of an e-node is an id of its class too.
    this.bind(this.classes, pattern.nodeSlot);
    this.bind(this.classes, pattern.classSlot);
    for (const child of pattern.children) this.pattern(child, depth + 1);
    for (const child of pattern.suffix ?? []) this.pattern(child, depth + 1);
  }

  private template(template: Template, depth: number): void {
    this.checkDepth(depth);
    if (template.kind === "variable") {
      this.need(this.classes, template.slot, "a class");
      return;
    }
    this.graph.operatorName(template.op);
    this.graph.argument(template.arg ?? 0);
    if (template.argSlot !== undefined) this.need(this.args, template.argSlot, "an argument");
    for (const child of template.children) this.template(child, depth + 1);
  }

  private bind(kind: Set<number>, slot: number | undefined): void {
    if (slot === undefined) return;
    if (!(Number.isInteger(slot) && slot >= 0 && slot < this.rule.slots))
      throw this.fault(
        "rule",
        `uses slot ${slot}; its slots are whole numbers below ${this.rule.slots}`,
      );
    kind.add(slot);
  }

  private need(kind: ReadonlySet<number>, slot: number, what: string): void {
    if (!kind.has(slot))
      throw this.fault(
        "variable",
        `takes ${what} from slot ${slot}, but the left side binds none there`,
      );
  }

  private checkDepth(depth: number): void {
    if (depth > MAX_DEPTH)
      throw this.fault("size", `is nested more than ${MAX_DEPTH} deep; split it in several rules`);
  }

  private fault(code: "rule" | "variable" | "size", message: string): EGraphError {
    return new EGraphError(code, `rule "${this.rule.name}" ${message}`);
  }
}
