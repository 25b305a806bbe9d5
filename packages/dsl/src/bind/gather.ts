/**
 * Gathering roots, `...(a @ bs)`: all classes that match one pattern with the same variables of depth 0 make one match. The
 * engine matches the element by itself; here its matches are put together.
 *
 * @module
 */

import type { Id } from "egraph-ts";
import { Matches } from "egraph-ts";
import type * as ast from "../ast.ts";
import { compileCondition } from "../evaluate.ts";
import { conjuncts, partsOf, type Tree, visitVariables } from "../occurrence.ts";
import { attrKey, attrsKey } from "../terms/attributes.ts";
import { Frame } from "./frame.ts";
import type { Compose, LeftSide } from "./pattern.ts";

/** A rule with a gathering root, taken apart. */
export interface Gathering {
  /** Which root it is. */
  readonly root: number;
  /** The lists that it binds. */
  readonly lists: readonly ast.Variable[];
  /** The rule with the element in the place of the list: what is matched, item by item. */
  readonly single: ast.Rule;
  /** What can only be tested of whole lists. */
  readonly conditions: readonly ast.Condition[];
}

/** Takes a rule apart; `undefined` where it gathers nothing. */
export function gatheringOf(rule: ast.Rule): Gathering | undefined {
  const root = rule.left.findIndex(({ kind }) => kind === "spread");
  const spread = rule.left[root];
  if (spread?.kind !== "spread") return undefined;
  const names = new Set<string>();
  visitVariables(spread.element, (name) => names.add(name));
  const lists = [...rule.variables.values()].filter(
    ({ name, kind, depth }) => depth === 1 && kind !== "attributes" && names.has(name),
  );
  const variables = new Map(rule.variables);
  for (const variable of lists) variables.set(variable.name, { ...variable, depth: 0 });
  const isWhole = ({ value }: ast.Condition): boolean => spreads(value, lists);
  const all = rule.conditions.flatMap((condition) =>
    conjuncts(condition.value).map((value) => ({ ...condition, value })),
  );
  const left = rule.left.map((other, i) => (i === root ? spread.element : other));
  return {
    root,
    lists,
    single: { ...rule, left, variables, conditions: all.filter((one) => !isWhole(one)) },
    conditions: all.filter(isWhole),
  };
}

/** Whether a value speaks of one of the lists inside a spread. */
function spreads(tree: Tree, lists: readonly ast.Variable[]): boolean {
  if (tree.kind !== "spread") return partsOf(tree).some((part) => spreads(part, lists));
  let found = false;
  visitVariables(tree, (name) => {
    found ||= lists.some((list) => list.name === name);
  });
  return found;
}

/** A binding of the variables that all items share, and the classes gathered for it. */
interface Fired {
  readonly ids: readonly Id[];
  readonly text: string;
  readonly classes: readonly Id[];
}

/** The matches of an element, put together. */
export class Gatherer {
  /** Where the variables of the whole rule lie in a row. */
  readonly frame: Frame;
  readonly matches: Matches;
  readonly #gathering: Gathering;
  readonly #left: LeftSide;
  readonly #rootSlot: number;
  readonly #checks: readonly (() => boolean)[];
  /** The variables that all items share. */
  readonly #shared: readonly ast.Variable[];
  readonly #fired: Fired[] = [];
  /** Classes that the rule has built itself: their products would be gathered again and again. */
  readonly #built: Id[] = [];

  constructor(rule: ast.Rule, gathering: Gathering, left: LeftSide, compose: Compose) {
    this.#gathering = gathering;
    this.#left = left;
    const { frame, slots } = left;
    const names = new Set(gathering.lists.map(({ name }) => name));
    const matched = (term: ast.Term): number | undefined => {
      let own = false;
      visitVariables(term, (name) => {
        own ||= names.has(name);
      });
      return own ? undefined : left.matched(term);
    };
    this.frame = new Frame(frame.terms, rule.variables, matched, compose, frame.objects);
    for (const [name, source] of frame.sources)
      if (!names.has(name)) this.frame.sources.set(name, source);
    this.#shared = [...rule.variables.values()].filter(({ name }) => !names.has(name));
    for (const [i, { name, kind }] of gathering.lists.entries())
      this.frame.sources.set(name, {
        kind: "object",
        slot: slots + i,
        of: kind === "term" ? "classes" : "values",
      });
    this.#rootSlot = slots + gathering.lists.length;
    this.matches = new Matches(this.#rootSlot + 1);
    this.#checks = gathering.conditions.map(({ kind, value }) => {
      const truth = compileCondition(value, this.frame);
      return kind === "when" ? () => truth() === true : () => truth() !== false;
    });
  }

  /** The classes gathered by the row that the frame is at. */
  get classes(): readonly Id[] {
    return this.frame.objects[this.frame.get(this.#rootSlot)] as readonly Id[];
  }

  /** Puts the matches of the element together, at most `limit` lists of them; whether that is all. */
  gather(found: Matches, limit: number): boolean {
    this.matches.clear();
    const { egraph } = this.frame.terms;
    const built = new Set(this.#built.map((id) => egraph.find(id)));
    const slot = this.#left.rootSlots[this.#gathering.root] as number;
    const groups = new Map<string, { readonly rows: number[]; readonly classes: Set<Id> }>();
    for (let i = 0; i < found.count; i++) {
      const base = i * found.width;
      this.frame.at(found.rows, base);
      const id = egraph.find(this.frame.get(slot));
      if (built.has(id)) continue;
      const key = this.#key();
      const group = groups.get(key) ?? { rows: [], classes: new Set() };
      groups.set(key, group);
      if (group.classes.has(id)) continue;
      group.classes.add(id);
      group.rows.push(base);
    }
    const fired = this.#firedNow();
    for (const [key, { rows, classes }] of groups) {
      if (rows.length < 2) continue;
      const before = fired.get(key);
      if (before && [...classes].every((id) => before.has(id))) continue;
      if (this.matches.count >= limit) return false;
      this.#push(found, rows, [...classes]);
    }
    return true;
  }

  /** Remembers that the row the frame is at has been applied, and what that added beside the roots. */
  applied(added: readonly Id[]): void {
    const { egraph } = this.frame.terms;
    const classes = [...this.classes];
    const roots = new Set(classes.map((id) => egraph.find(id)));
    for (const id of added) if (!roots.has(egraph.find(id))) this.#built.push(id);
    this.#fired.push({ ...this.#binding(), classes });
  }

  /** Forgets what has been applied. */
  forget(): void {
    this.#fired.length = 0;
    this.#built.length = 0;
  }

  #push(found: Matches, rows: readonly number[], classes: readonly Id[]): void {
    const { frame } = this;
    const items = this.#gathering.lists.map(({ name, kind }) => {
      const item = this.#left.frame;
      const read = kind === "term" ? item.class(name) : item.value(name);
      return rows.map((base) => {
        item.at(found.rows, base);
        return read(-1);
      });
    });
    const row = new Int32Array(this.matches.width);
    const first = rows[0] as number;
    row.set(found.rows.subarray(first, first + found.width));
    const width = this.#left.slots;
    for (const [i, list] of items.entries()) row[width + i] = frame.objects.push(list) - 1;
    row[this.#rootSlot] = frame.objects.push(classes) - 1;
    frame.at(row, 0);
    if (this.#checks.every((holds) => holds())) this.matches.push(row);
  }

  /** What the variables that all items share stand for in the row the frame is at; and the roots that are no lists. */
  #binding(): { readonly ids: readonly Id[]; readonly text: string } {
    const { frame } = this;
    const ids: Id[] = [];
    let text = "";
    for (const [i, slot] of this.#left.rootSlots.entries())
      if (i !== this.#gathering.root) ids.push(frame.get(slot));
    for (const { name, kind, depth } of this.#shared) {
      const length = depth === 1 ? (frame.length(name)() ?? 0) : 1;
      for (let item = 0; item < length; item++) {
        if (kind === "term") ids.push(frame.class(name)(item));
        else if (kind === "attributes") text += attrsKey(frame.record(name)());
        else {
          const value = frame.value(name)(item);
          text += value === undefined ? "?," : `${attrKey(value)},`;
        }
      }
      text += ";";
    }
    return { ids, text };
  }

  #key(): string {
    return this.#canonical(this.#binding());
  }

  #canonical({ ids, text }: { readonly ids: readonly Id[]; readonly text: string }): string {
    const { egraph } = this.frame.terms;
    return `${ids.map((id) => egraph.find(id)).join()}|${text}`;
  }

  #firedNow(): ReadonlyMap<string, ReadonlySet<Id>> {
    const { egraph } = this.frame.terms;
    const now = new Map<string, Set<Id>>();
    for (const fired of this.#fired) {
      const key = this.#canonical(fired);
      const classes = now.get(key) ?? new Set();
      now.set(key, classes);
      for (const id of fired.classes) classes.add(egraph.find(id));
    }
    return now;
  }
}
