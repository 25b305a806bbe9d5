// Random rules on random graphs: what the runner makes of them is what naive equality saturation makes.
import fc from "fast-check";
import { expect, test } from "vitest";
import {
  type Pattern,
  type Rule,
  Runner,
  simple,
  type Template,
  type Union,
} from "../src/index.ts";
import type { Reference } from "./reference.ts";
import { type Action, growth, Pair } from "./script.ts";

/** Slots 0-2 bind classes, 3 and 4 those of the roots. */
const [ROOTS, SLOTS] = [3, 5];

/** Operators take so many children, so that patterns match often; 2 and 3 are commutative. */
const ARITY = [0, 1, 2, 2];

const variable = fc.record({
  kind: fc.constant("variable" as const),
  slot: fc.nat({ max: ROOTS - 1 }),
});

/** E-nodes of a pattern or a template. */
function node<T>(child: fc.Arbitrary<T>, from: number) {
  return fc.integer({ min: from, max: 3 }).chain((op) =>
    fc.record({
      kind: fc.constant("node" as const),
      op: fc.constant(op),
      children: fc.array(child, { minLength: ARITY[op] as number, maxLength: ARITY[op] as number }),
    }),
  );
}

const leaf = node<never>(variable as never, 0).filter(({ op }) => op === 0);
const shallow = node<Pattern>(fc.oneof(variable, variable, leaf), 1);
const pattern = fc.oneof(shallow, node<Pattern>(fc.oneof(variable, variable, shallow), 1));
/** Its slots are numbers to choose among those that the left side binds. */
const template: fc.Arbitrary<Template> = fc.oneof(variable, pattern as fc.Arbitrary<Template>);

function bound(pattern: Pattern): number[] {
  return pattern.kind === "variable" ? [pattern.slot] : pattern.children.flatMap(bound);
}

function choose(template: Template, slots: readonly number[]): Template {
  if (template.kind === "variable")
    return { kind: "variable", slot: slots[template.slot % slots.length] as number };
  return { ...template, children: template.children.map((child) => choose(child, slots)) };
}

const rules: fc.Arbitrary<Rule[]> = fc
  .array(
    fc
      .array(fc.tuple(pattern, template), { minLength: 1, maxLength: 2 })
      .map((sides): Omit<Rule, "name"> => {
        const left = sides.map(([pattern]) => pattern);
        const rootSlots = left.map((_, i) => ROOTS + i);
        const slots = [...rootSlots, ...left.flatMap(bound)];
        const right = sides.map(([, template], i) => ({
          slot: ROOTS + i,
          template: choose(template, slots),
        }));
        return { left, rootSlots, slots: SLOTS, right };
      }),
    { minLength: 1, maxLength: 3 },
  )
  .map((rules) => rules.map((rule, i) => ({ ...rule, name: `rule ${i}` })));

/** An addition with the right number of children. */
function fit(action: Action): Action {
  if (action.do !== "add") return action;
  const children = Array.from(
    { length: ARITY[action.op] as number },
    (_, i) => action.children[i] ?? i,
  );
  return { ...action, arg: 0, children };
}

/** Searches all, then applies all, then restores congruence. */
function iterate(reference: Reference, rules: readonly Rule[]): void {
  const matches = rules.map(({ left, rootSlots, slots }) =>
    reference.match(left, rootSlots, slots),
  );
  const build = (template: Template, row: readonly number[]): number => {
    if (template.kind === "variable") return row[template.slot] as number;
    const children = template.children.map((child) => build(child, row));
    return reference.add(template.op, template.arg ?? 0, children);
  };
  for (const [i, { right }] of rules.entries())
    for (const row of matches[i] as number[][])
      for (const { slot, template } of right as readonly Union[])
        reference.union(row[slot] as number, build(template, row));
  reference.rebuild();
}

test("iterations are those of naive equality saturation", () => {
  let compared = 0;
  fc.assert(
    fc.property(growth, rules, (script: Action[], rules) => {
      const pair = new Pair().run(script.map(fit));
      const { graph, reference } = pair;
      const runner = new Runner(graph, rules, { scheduler: simple() });
      for (let i = 0; i < 3 && reference.terms.length < 80; i++) {
        const isGoing = runner.step();
        iterate(reference, rules);
        expect(graph.nodeCount).toBe(reference.nodes().length);
        expect(graph.classCount).toBe(new Set(reference.label).size);
        const classes = pair.ids.map((id) =>
          pair.ids.findIndex((o) => graph.find(o) === graph.find(id)),
        );
        expect(classes).toEqual(reference.label.slice(0, pair.ids.length));
        if (!isGoing) break;
        compared++;
      }
    }),
    { numRuns: 600 },
  );
  expect(compared).toBeGreaterThan(50);
});
