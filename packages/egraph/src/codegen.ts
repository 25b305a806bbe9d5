import * as L from "./kernel/layout.ts";
import { childAt } from "./kernel/links.ts";
import * as Step from "./kernel/steps.ts";
import type { Matches } from "./matches.ts";
import type { Plan } from "./plan.ts";

/**
 * A plan as a function, with the same matches in the same order as the kernel's search; whether it found all.
 * `items` are gone through in place of the classes that changed. A plan that looks e-nodes up needs the kernel.
 */
export type Program = (
  graph: { readonly heap: { readonly words: Int32Array } },
  out: Matches,
  limit: number,
  stop: (() => boolean) | undefined,
  items?: Int32Array,
) => boolean;

/**
 * Compiles a plan to a nest of loops in JavaScript. No text but ours is in it. `arityOf` tells how many children a symbol has. Undefined where a
 * content-security policy forbids to make code.
 */
export function generate(
  plan: Plan,
  slots: number,
  arityOf: (symbol: number) => number,
): Program | undefined {
  try {
    const make = new Function("plan", "isNew", source(plan, slots, arityOf)) as (
      plan: Plan,
      isNew: typeof isNewOrder,
    ) => Program;
    return make(plan, isNewOrder);
  } catch (error) {
    if (error instanceof EvalError) return undefined;
    throw error;
  }
}

/** Whether an order puts equal children in ascending place: of the orders that look the same, one does. */
function isNewOrder(
  words: Int32Array,
  records: number,
  node: number,
  orders: readonly number[],
  order: number,
  count: number,
): boolean {
  for (let i = 0; i < count; i++)
    for (let j = i + 1; j < count; j++) {
      const [p, q] = [orders[order + i] as number, orders[order + j] as number];
      const place = (i: number): number => records + childAt(2 * node + i);
      if (p > q && words[place(p)] === words[place(q)]) return false;
    }
  return true;
}

/** What the steps from `at` on ask of e-node `node`: arguments, and that a child is what a register holds; if they do. */
function joined(
  code: readonly number[],
  at: number,
  node: number,
): { readonly args: readonly number[]; readonly child: number; readonly is: number } | undefined {
  const args: number[] = [];
  for (let from = at; ; from += Step.STEP) {
    const [kind, a, b, c, d] = code.slice(from, from + 5) as [
      number,
      number,
      number,
      number,
      number,
    ];
    if (a !== node) return undefined;
    if (kind === Step.ARG) args.push(b);
    else return kind === Step.SAME_CHILD && b >= 0 && d < 0 ? { args, child: b, is: c } : undefined;
  }
}

function factorial(n: number): number {
  return n < 2 ? 1 : n * factorial(n - 1);
}

/** The source of a function that returns the program. */
function source(plan: Plan, slots: number, arityOf: (symbol: number) => number): string {
  const { code } = plan;
  const lines: string[] = [];
  /** Registers that are bound, by the number of loops around. */
  const bound = new Map<number, number>();
  const r = (register: number): string => `r${register}`;
  /** Guards read the slots from the row, so that is where slots are kept too. */
  const set = (register: number, value: string): string => {
    bound.set(register, depth);
    const copy = plan.guards.length > 0 && register < slots ? `row[${register}] = ` : "";
    return `${r(register)} = ${copy}${value};`;
  };
  const field = (id: string, offset: number): string =>
    `m[records + ${id} * ${L.STRIDE} + ${offset}]`;
  const nextOf = (link: string): string =>
    `m[links + (${link} >> 1) * ${L.LINK_STRIDE} + ${L.LINK} + (${link} & 1)]`;
  const ofSymbol = (word: string, offset: number): string =>
    `m[symbols + ${word} * ${L.SYMBOL_STRIDE} + ${offset}]`;
  const fits = (node: string, wanted: number): string =>
    wanted >= 0
      ? `${field(node, L.SYMBOL)} === ${wanted}`
      : `(word = ${field(node, L.SYMBOL)}) >= 0 && (word & ${L.SUBSUMED}) === 0 && ${ofSymbol("word", L.OPERATOR)} === ${~wanted}`;
  const arity = (node: string): string => ofSymbol(field(node, L.SYMBOL), L.ARITY);
  /** Steps whose e-nodes are gathered. */
  const gathered: number[] = [];
  let depth = 0;
  const loop = (head: string): void => {
    depth++;
    lines.push(
      `for (${head}) {`,
      "if (--patience === 0) { patience = 4096; if (stop && stop()) return false; }",
    );
  };
  const test = (condition: string): void => {
    lines.push(`if (!(${condition})) ${depth > 0 ? "continue" : "return true"};`);
  };

  for (let at = 0; at < code.length; at += Step.STEP) {
    const [kind, a, b, c, d] = code.slice(at, at + 5) as [number, number, number, number, number];
    const pc = at / Step.STEP;
    switch (kind) {
      case Step.SCAN:
        if (a < 0) {
          loop(`let s${pc} = 0; s${pc} < symbolCount; s${pc}++`);
          test(`${ofSymbol(`s${pc}`, L.OPERATOR)} === ${~a}`);
        } else lines.push(`const s${pc} = ${a};`);
        lines.push(`let c${pc} = lists + ${ofSymbol(`s${pc}`, L.FIRST)};`);
        loop(
          `let i${pc} = 0, n${pc} = ${ofSymbol(`s${pc}`, L.COUNT)}, p${pc} = 0; i${pc} < n${pc}; i${pc}++, p${pc}++`,
        );
        lines.push(
          `if (p${pc} === ${L.CHUNK_ITEMS}) { p${pc} = 0; c${pc} = lists + m[c${pc}]; }`,
          set(b, `m[c${pc} + 2 + p${pc}]`),
        );
        test(`${field(r(b), L.SYMBOL)} === s${pc}`);
        break;
      case Step.CLASSES:
        loop(`${r(a)} = 0; ${r(a)} < ids; ${r(a)}++`);
        test(`${field(r(a), L.PARENT)} === ${r(a)}`);
        lines.push(set(a, r(a)));
        break;
      case Step.DIRTY:
        loop(`let i${pc} = 0; i${pc} < dirtyCount; i${pc}++`);
        lines.push(set(a, `dirty[firstDirty + i${pc}]`));
        break;
      case Step.MEMBERS: {
        test(`${field(r(a), L.OPERATORS)} & ${d}`);
        const member = `m${pc}`;
        const members = `let ${member} = ${r(a)}, again${pc} = false; !again${pc} || ${member} !== ${r(a)}; ${member} = ${field(member, L.NEXT)}, again${pc} = true`;
        const join = (bound.get(a) ?? 0) < depth ? joined(code, at + Step.STEP, b) : undefined;
        if (join) {
          // An inner loop that the one around it does not change: what it goes through is gathered once.
          const args = join.args.map((arg) => ` && ${field(member, L.ARGUMENT)} === ${arg}`);
          lines.push(
            `if (of${pc} !== ${r(a)}) {`,
            `of${pc} = ${r(a)}; n${pc} = 0;`,
            `for (${members})`,
            `if (${fits(member, c)}${args.join("")}) { g${pc}[n${pc}++] = ${member}; g${pc}[n${pc}++] = m[records + ${member} * ${L.STRIDE} + ${childAt(join.child)}]; }`,
            "}",
          );
          gathered.push(pc);
          loop(`let i${pc} = 0; i${pc} < n${pc}; i${pc} += 2`);
          test(`g${pc}[i${pc} + 1] === ${r(join.is)}`);
          lines.push(set(b, `g${pc}[i${pc}]`));
          at += Step.STEP * (join.args.length + 1);
        } else {
          loop(members);
          test(fits(member, c));
          lines.push(set(b, member));
        }
        break;
      }
      case Step.PARENTS:
        loop(`let l${pc} = ${field(r(a), L.HEAD)}; l${pc} >= 0; l${pc} = ${nextOf(`l${pc}`)}`);
        lines.push(set(b, `ownerOf(m, records, l${pc})`));
        test(fits(r(b), c));
        test(`isFirst(m, records, ${r(b)}, l${pc}, ${r(a)})`);
        break;
      case Step.ORDERS:
        loop(`${r(b)} = ${d}; ${r(b)} < ${d + factorial(c) * c}; ${r(b)} += ${c}`);
        test(`${r(b)} === ${d} || isNew(m, records, ${r(a)}, orders, ${r(b)}, ${c})`);
        break;
      case Step.ARITY:
        test(`${arity(r(a))} === ${b}`);
        break;
      case Step.MIN_ARITY:
        test(`${arity(r(a))} >= ${b}`);
        break;
      case Step.ARG:
        test(`${field(r(a), L.ARGUMENT)} === ${b}`);
        break;
      case Step.LOAD_ARG:
        lines.push(set(b, field(r(a), L.ARGUMENT)));
        break;
      case Step.SAME_ARG:
        test(`${field(r(a), L.ARGUMENT)} === ${r(b)}`);
        break;
      case Step.CHILD:
      case Step.SAME_CHILD: {
        const place = d >= 0 ? `orders[${r(d)} + ${b}]` : `${arity(r(a))} - ${-b}`;
        const child =
          d < 0 && b >= 0
            ? `m[records + ${r(a)} * ${L.STRIDE} + ${childAt(b)}]`
            : `m[records + ${r(a)} * ${L.STRIDE} + childAt(${place})]`;
        if (kind === Step.CHILD) lines.push(set(c, child));
        else test(`${child} === ${r(c)}`);
        break;
      }
      case Step.CLASS:
        lines.push(set(b, field(r(a), L.PARENT)));
        break;
      case Step.SAME_CLASS:
        test(`${field(r(a), L.PARENT)} === ${r(b)}`);
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
      case Step.LOOKUP: {
        const children = plan.orders.slice(d, d + arityOf(a));
        lines.push(
          ...children.map(
            (child, i) => `m[m[${L.SCRATCH}] + 3 * m[${L.WIDTH}] + ${i}] = ${r(child)};`,
          ),
          `${r(c)} = graph.heap.kernel.seek(${a}, ${b});`,
        );
        test(`${r(c)} >= 0`);
        break;
      }
      case Step.GUARD:
        test(`guard${a}.test(row, 0) === true`);
        break;
      case Step.YIELD:
        lines.push("if (end + width > rows.length) rows = out.reserve(end + width);");
        for (let slot = 0; slot < slots; slot++)
          lines.push(`rows[end + ${slot}] = ${bound.has(slot) ? r(slot) : -1};`);
        lines.push("end += width;", "if (++out.count - start >= limit) return false;");
    }
  }
  const registers = Array.from(
    { length: plan.registers },
    (_, i) => `${r(i)} = ${plan.initial?.[i] ?? -1}`,
  );
  return `"use strict";
const { orders, guards } = plan;
const row = new Int32Array(${Math.max(1, slots)}).fill(-1);
${plan.guards.map((_, i) => `const guard${i} = guards[${i}];`).join("\n")}
${gathered.map((pc) => `const g${pc} = [];`).join("\n")}
function childAt(i) { return (i >> 1) * ${L.STRIDE} + ${L.CHILD} + (i & 1); }
function ownerOf(m, records, link) {
const record = records + (link >> 1) * ${L.STRIDE};
return m[record] === ${L.EXTENSION} ? m[record + ${L.ARGUMENT}] : link >> 1;
}
function isFirst(m, records, node, link, child) {
for (let k = 2 * node; k < link; k++) if (m[records + childAt(k)] === child) return false;
return true;
}
return function search(graph, out, limit, stop, items) {
const m = graph.heap.words;
const records = m[${L.RECORD}], ids = m[${L.RECORD + 1}] / ${L.STRIDE}, links = m[${L.LINKS}];
const symbols = m[${L.SYMBOLS}], symbolCount = m[${L.SYMBOLS + 1}] / ${L.SYMBOL_STRIDE}, lists = m[${L.LIST}];
const dirty = items ?? m, firstDirty = items ? 0 : m[${L.DIRTY}], dirtyCount = items ? items.length : m[${L.DIRTY + 1}];
const start = out.count, width = out.width;
let rows = out.rows, end = start * width, patience = 4096, word = 0;
${plan.guards.length > 0 ? "row.fill(-1);" : ""}
${registers.length > 0 ? `let ${registers.join(", ")};` : ""}
${gathered.map((pc) => `let of${pc} = -1, n${pc} = 0;`).join("\n")}
${lines.join("\n")}
${"}".repeat(depth)}
return true;
};`;
}
