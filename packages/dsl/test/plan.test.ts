import { readdirSync, readFileSync } from "node:fs";
import type { Dialect } from "@rewright/plugin";
import type { OpId, Pattern } from "egraph-ts";
import { EGraph, Matches, Query } from "egraph-ts";
import { describe, expect, test } from "vitest";
import type { Rule } from "../src/ast.ts";
import { gatheringOf } from "../src/bind/gather.ts";
import { itineraryOf } from "../src/bind/itinerary.ts";
import { compileLeft, type LeftSide, openCounts } from "../src/bind/pattern.ts";
import { planOf } from "../src/bind/plan.ts";
import { compileRules } from "../src/index.ts";
import { Terms } from "../src/terms/terms.ts";
import { sketch } from "./dialect.ts";

/** Another dialect, with nothing in it. */
const other: Dialect = { kind: "dialect", spec: 1, name: "other", ops: {} };

const place = new URL("../fixtures/pass/", import.meta.url);
const fixtures = readdirSync(place).map((file) => ({
  file,
  text: readFileSync(new URL(file, place), "utf8"),
}));

/** Rules over the sketch dialect. */
function rulesOf(text: string): readonly Rule[] {
  const source = { file: "f", text: `import sketch from "dialect:sketch"\nrules r {\n${text}\n}` };
  return compileRules([source], { dialects: [sketch] }).rules;
}

/** The left side of a rule, with a test more for each slot, made as soon as it is bound. */
function probed(rule: Rule, terms: Terms): LeftSide {
  const counts = new Map([...openCounts(rule)].map(([name, largest]) => [name, largest + 1]));
  const left = compileLeft(gatheringOf(rule)?.single ?? rule, terms, counts, () => () => undefined);
  const slots = Array.from({ length: left.slots }, (_, slot) => ({
    needs: [slot],
    test: () => true,
  }));
  const bound = new Set(left.rootSlots);
  const visit = (pattern: Pattern): void => {
    if (pattern.kind === "variable") bound.add(pattern.slot);
    else {
      for (const slot of [pattern.nodeSlot, pattern.classSlot, pattern.argSlot])
        if (slot !== undefined) bound.add(slot);
      for (const child of [...pattern.children, ...(pattern.suffix ?? [])]) visit(child);
    }
  };
  left.patterns.forEach(visit);
  const guards = [...left.guards, ...slots].filter(({ needs }) =>
    needs.every((slot) => bound.has(slot)),
  );
  return { ...left, guards };
}

/** The order in which the engine makes tests for the first time, in a graph with an instance of the left side. */
function made(left: LeftSide, terms: Terms): readonly number[] {
  const graph = new EGraph();
  const operator = (op: OpId): OpId =>
    graph.operator(terms.egraph.operatorName(op), { commutative: terms.egraph.isCommutative(op) });
  const translated = (pattern: Pattern): Pattern =>
    pattern.kind === "variable"
      ? pattern
      : {
          ...pattern,
          op: operator(pattern.op),
          ...(pattern.arg !== undefined && {
            arg: graph.intern(`${pattern.arg}`, pattern.arg),
          }),
          children: pattern.children.map(translated),
          ...(pattern.suffix && { suffix: pattern.suffix.map(translated) }),
        };
  let leaves = 0;
  const leaf = (): number =>
    graph.add(graph.operator("leaf"), graph.intern(`leaf ${leaves}`, leaves++), []);
  const classes = new Map<number, number>();
  const build = (pattern: Pattern): number => {
    if (pattern.kind === "variable") {
      const known = classes.get(pattern.slot) ?? leaf();
      classes.set(pattern.slot, known);
      return known;
    }
    const suffix = (pattern.suffix ?? []).map(build);
    const rest = pattern.rest ? [leaf(), leaf()] : [];
    const children = [...pattern.children.map(build), ...rest, ...suffix];
    const slot = pattern.argSlot;
    const arg = slot === undefined ? pattern.arg : graph.intern(`slot ${slot}`, slot);
    return graph.add(pattern.op, arg ?? 0, children);
  };
  const patterns = left.patterns.map(translated);
  patterns.forEach(build);
  graph.rebuild();
  const order = new Set<number>();
  const guards = left.guards.map(({ needs }, i) => ({
    needs,
    test: (): boolean => order.add(i).size > 0,
  }));
  const { slots, rootSlots } = left;
  const found = new Matches(slots);
  expect(new Query(graph, patterns, { slots, rootSlots, guards }).search(found)).toBeGreaterThan(0);
  return [...order];
}

describe("a plan is what the engine does", () => {
  const more = `
    shared:   a @ b, a @ c => Sub(a, b), Sub(a, c)
    apart:    Relu(x), Neg(Relu(x) - y), y @ Sqrt(z) => Relu(z), Neg(x), z
    climbing: Relu(x), Neg(Sqrt(Relu(y - x))) => Neg(x), Neg(y)
    chosen:   Split(x, s).1, x @ y => Relu(x), y @ x
  `;
  const all = fixtures.flatMap((source) => {
    const { rules, declared } = compileRules([source], { dialects: [sketch, other] });
    const dialects = [sketch, { ...other, ops: declared }];
    return rules.map((rule) => ({ name: `${rule.file} ${rule.name}`, rule, dialects }));
  });
  for (const rule of rulesOf(more)) all.push({ name: rule.name, rule, dialects: [sketch] });
  test.each(all)("$name", ({ rule, dialects }) => {
    const terms = new Terms(dialects);
    const left = probed(rule, terms);
    const stops = itineraryOf(left).flatMap((stop) => (stop.kind === "test" ? [stop.test] : []));
    expect(stops).toEqual(made(left, terms));
  });
});

test("a plan tells where it begins, how roots are joined, and where each condition is tested", () => {
  const plans = rulesOf(`
    two:     Relu(Sqrt(x)) - y, Neg(y) @ z  =>  x - y, z @ x   when rank(x) == 2 and rank(y) != rank(z)
    whole:   Concat(...Relu(xs); axis = i)  =>  Relu(Concat(...xs; axis = i))   when rank(xs) == 2
    gathers: ...(a @ bs)  =>  Split(a @ Concat(...bs; axis = 1), [...dim(bs, 1)])   when rank(a) + 1 == 3 and len([...bs]) > 2
  `).map((rule) => planOf(rule, [sketch]));
  expect(plans).toEqual([
    [
      "begin   %0 = Sub(Relu(Sqrt(x)), y), with each Sub",
      "        or at Relu(Sqrt(x)), and up, where there are far fewer Relu",
      "        or at Sqrt(x), and up, where there are far fewer Sqrt",
      "down    Relu(Sqrt(x))",
      "down    Sqrt(x)",
      "test    rank(x) == 2",
      "up      Neg(y), with each Neg of y",
      "join    %1 = MatMul(Neg(y), z), with each MatMul of Neg(y)",
      "test    rank(y) != rank(z)",
    ],
    [
      "begin   %0 = Concat(...Relu(xs); %2), with each Concat",
      "test    axis = i",
      "each    Relu(xs), operand by operand",
      "test    rank(xs) == 2",
    ],
    [
      "begin   %0 = MatMul(a, bs), with each MatMul",
      "test    rank(a) + 1 == 3",
      "gather  bs: one match for each choice of the other variables",
      "test    len([...bs]) > 2",
    ],
  ]);
});
