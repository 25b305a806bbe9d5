import type { EGraph } from "./egraph.ts";
import { factorial, isFirstLink, isNewOrder } from "./machine.ts";
import type { Matches } from "./matches.ts";
import * as Step from "./plan.ts";

/** A plan as a function: as {@link execute}, and with the same matches in the same order. */
export type Program = (
  graph: EGraph<unknown>,
  registers: Int32Array,
  out: Matches,
  limit: number,
  stop: (() => boolean) | undefined,
) => number;

/**
 * Compiles a plan to a nest of loops in JavaScript, two to three times as fast as interpreting it.
 * Undefined where a content-security policy forbids to make code.
 */
export function generate(plan: Step.Plan, slots: number): Program | undefined {
  const body = source(plan, slots);
  try {
    const make = new Function("plan", "isFirstLink", "isNewOrder", body) as (
      plan: Step.Plan,
      first: typeof isFirstLink,
      order: typeof isNewOrder,
    ) => Program;
    return make(plan, isFirstLink, isNewOrder);
  } catch (error) {
    if (error instanceof EvalError) return undefined;
    throw error;
  }
}

/** The source of a function that returns the program. */
function source(plan: Step.Plan, slots: number): string {
  const { code } = plan;
  const lines: string[] = [];
  const bound = new Set<number>();
  const r = (register: number): string => `r${register}`;
  /** Guards read the slots from the row, so that is where slots are kept too. */
  const set = (register: number, value: string): string => {
    bound.add(register);
    const copy = plan.guards.length > 0 && register < slots ? `row[${register}] = ` : "";
    return `${r(register)} = ${copy}${value};`;
  };
  let depth = 0;
  const loop = (head: string): void => {
    depth++;
    lines.push(
      `for (${head}) {`,
      "if (--patience === 0) { patience = 4096; if (stop && stop()) return out.count - start; }",
    );
  };
  const test = (condition: string): void => {
    lines.push(`if (!(${condition})) ${depth > 0 ? "continue" : "return 0"};`);
  };

  for (let pc = 0; pc < code.length; pc += Step.STEP) {
    const [kind, a, b, c, d] = code.subarray(pc, pc + 5) as unknown as number[] as [
      number,
      number,
      number,
      number,
      number,
    ];
    const record = `at[${r(a)}]`;
    switch (kind) {
      case Step.SCAN:
        lines.push(
          `const list${pc} = graph.lists.items[${a}], count${pc} = graph.lists.counts[${a}];`,
        );
        loop(`let i${pc} = 0; i${pc} < count${pc}; i${pc}++`);
        lines.push(set(b, `list${pc}[i${pc}]`));
        test(`words[at[${r(b)}]] === ${a}`);
        break;
      case Step.CLASSES:
        loop(`${r(a)} = 0; ${r(a)} < ids; ${r(a)}++`);
        test(`root[${r(a)}] === ${r(a)}`);
        lines.push(set(a, r(a)));
        break;
      case Step.MEMBERS:
        loop(
          `let m${pc} = ${r(a)}, again${pc} = false; !again${pc} || m${pc} !== ${r(a)}; m${pc} = member[m${pc}], again${pc} = true`,
        );
        test(`words[at[m${pc}]] === ${c}`);
        lines.push(set(b, `m${pc}`));
        break;
      case Step.PARENTS:
        loop(`let l${pc} = heads[${r(a)}]; l${pc} >= 0; l${pc} = nexts[l${pc}]`);
        lines.push(set(b, `nodes[l${pc}]`));
        test(`words[at[${r(b)}]] === ${c}`);
        test(`isFirstLink(at, given, root, ${r(b)}, l${pc}, ${r(a)})`);
        break;
      case Step.ORDERS:
        loop(`${r(b)} = ${d}; ${r(b)} < ${d + factorial(c) * c}; ${r(b)} += ${c}`);
        test(`${r(b)} === ${d} || isNewOrder(words, ${record} + 2, orders, ${r(b)}, ${c})`);
        break;
      case Step.ARITY:
        test(`at[${r(a)} + 1] - ${record} === ${b + 2}`);
        break;
      case Step.MIN_ARITY:
        test(`at[${r(a)} + 1] - ${record} >= ${b + 2}`);
        break;
      case Step.ARG:
        test(`words[${record} + 1] === ${b}`);
        break;
      case Step.LOAD_ARG:
        lines.push(set(b, `words[${record} + 1]`));
        break;
      case Step.SAME_ARG:
        test(`words[${record} + 1] === ${r(b)}`);
        break;
      case Step.CHILD:
      case Step.SAME_CHILD: {
        const place =
          d >= 0
            ? `${record} + 2 + orders[${r(d)} + ${b}]`
            : b < 0
              ? `at[${r(a)} + 1] - ${-b}`
              : `${record} + ${2 + b}`;
        if (kind === Step.CHILD) lines.push(set(c, `words[${place}]`));
        else test(`words[${place}] === ${r(c)}`);
        break;
      }
      case Step.CLASS:
        lines.push(set(b, `root[${r(a)}]`));
        break;
      case Step.SAME_CLASS:
        test(`root[${r(a)}] === ${r(b)}`);
        break;
      case Step.COPY:
        lines.push(set(b, r(a)));
        break;
      case Step.SAME:
        test(`${r(a)} === ${r(b)}`);
        break;
      case Step.DIFFER:
        test(`${r(a)} !== ${r(b)}`);
        break;
      case Step.BEFORE:
        test(`${r(a)} < ${r(b)}`);
        break;
      case Step.GUARD:
        test(`guard${a}.test(row, 0) === true`);
        break;
      case Step.YIELD:
        lines.push("if (end + width > rows.length) rows = out.reserve(end + width);");
        for (let slot = 0; slot < slots; slot++)
          lines.push(`rows[end + ${slot}] = ${bound.has(slot) ? r(slot) : -1};`);
        lines.push("end += width;", "if (++out.count - start >= limit) return out.count - start;");
    }
  }
  const registers = Array.from({ length: plan.registers }, (_, i) => `${r(i)} = -1`);
  return `"use strict";
const { orders, guards } = plan;
${plan.guards.map((_, i) => `const guard${i} = guards[${i}];`).join("\n")}
return function search(graph, row, out, limit, stop) {
const at = graph.store.at.data, words = graph.store.words.data, given = graph.store.given.data;
const root = graph.sets.parent.data, ids = graph.sets.parent.length, member = graph.members.next.data;
const heads = graph.links.head.data, nodes = graph.links.node.data, nexts = graph.links.next.data;
const start = out.count, width = out.width;
let rows = out.rows, end = start * width, patience = 4096;
${registers.length > 0 ? `let ${registers.join(", ")};` : ""}
if (limit <= 0) return 0;
${lines.join("\n")}
${"}".repeat(depth)}
return out.count - start;
};`;
}
