import type { Rule } from "@rewright/dsl";
import type { Id, NodeId, OpId } from "egraph-ts";
import type { Application } from "./applications.ts";
import type { World } from "./world.ts";

type Root = Rule["left"][number];
type Term = Exclude<Root, { kind: "spread" | "results" }>;
type Apply = Extract<Term, { kind: "apply" }>;
type Attrs = ReturnType<World["terms"]["application"]>["attrs"];

/** Attempts at matching one left side, after which what its application rests on counts as unknown. */
const ATTEMPTS = 2_000;

/**
 * The applications without which this one could not have been made. Its left side is matched again, over the e-nodes that
 * were there before it, the oldest first, and for the classes that its variables stood for, over which it built: what made these
 * e-nodes, and what made equal what the pattern needs equal, are its premises. Of attributes only those are looked at again that are written out, of conditions none.
 * @returns nothing where no match is found: then what it rests on is not known
 */
export function premises(world: World, number: number): readonly number[] | undefined {
  const application = world.applications.at(number);
  const rule = application && world.slots[application.rule]?.rule;
  if (!rule) return undefined;
  const matcher = new Matcher(world, number, application);
  let match: Match | undefined = { bound: application.variables, found: [] };
  const lists = application.roots.length - rule.left.length + 1;
  let next = 0;
  for (const root of rule.left) {
    const length = root.kind === "spread" || root.kind === "results" ? lists : 1;
    match = matcher.root(root, application.roots.slice(next, next + length), match);
    next += length;
    if (!match) return undefined;
  }
  return match.found;
}

/** What has been matched so far. Never changed, so that a failed attempt leaves no trace. */
interface Match {
  readonly bound: ReadonlyMap<string, Id>;
  readonly found: readonly number[];
}

class Matcher {
  readonly #world: World;
  readonly #number: number;
  /** E-nodes from here on came later. */
  readonly #end: NodeId;
  #attempts = 0;

  constructor(world: World, number: number, application: Application) {
    this.#world = world;
    this.#number = number;
    this.#end = application.first;
  }

  /** Matches a root against the classes that it stands for. */
  root(root: Root, ids: readonly Id[], match: Match): Match | undefined {
    let next: Match | undefined = match;
    for (const [index, id] of ids.entries()) {
      if (!next) return undefined;
      const { span } = root;
      if (root.kind === "spread") next = this.#element(root.element, id, next);
      else if (root.kind !== "results") next = this.term(root, id, next);
      else if (ids.length === 1) next = this.term(root.of, id, next);
      else next = this.term({ kind: "result", of: root.of, index, span }, id, next);
    }
    return next;
  }

  /** Matches a term against the class that is also called `id`. */
  term(term: Term, id: Id, match: Match): Match | undefined {
    if (term.kind === "variable") return this.#variable(term.name, id, match);
    if (term.kind === "apply") return this.#apply(term, id, match);
    const { terms } = this.#world;
    // What is a constant need not have been one from the start.
    if (term.kind === "constant")
      return this.#oneOf(new Set([terms.constants.id]), id, match, (_, next) => next);
    if (term.kind !== "result") return match;
    const projections = new Set([terms.result(term.index).id]);
    return this.#oneOf(projections, id, match, (node, next) => {
      return this.#apply(term.of, terms.egraph.originalChild(node, 0), next);
    });
  }

  #variable(name: string, id: Id, match: Match): Match | undefined {
    const bound = match.bound.get(name);
    if (bound !== undefined) return this.#equal(bound, id, match);
    return { ...match, bound: new Map(match.bound).set(name, id) };
  }

  #apply(term: Apply, id: Id, match: Match): Match | undefined {
    const { terms } = this.#world;
    const { egraph } = terms;
    const operations = terms.operationsNamed(term.name);
    const commutative = operations.some(({ def }) => def?.commutative);
    const ids = new Set(operations.map((operation) => operation.id));
    return this.#oneOf(ids, id, match, (node, next) => {
      if (!mayFit(term, terms.application(egraph.arg(node)).attrs)) return undefined;
      const children = egraph.children(node).map((_, i) => egraph.originalChild(node, i));
      const found = this.#operands(term, children, next);
      if (found || !commutative) return found;
      return this.#operands(term, children.reverse(), next);
    });
  }

  #operands({ operands }: Apply, children: readonly Id[], match: Match): Match | undefined {
    const spread = operands.findIndex((operand) => operand.kind === "spread");
    const spare = children.length - operands.length;
    if (spread < 0 ? spare !== 0 : spare < -1) return undefined;
    let next: Match | undefined = match;
    for (const [i, child] of children.entries()) {
      if (!next) return undefined;
      const position = spread < 0 || i < spread ? i : Math.max(spread, i - spare);
      const operand = operands[position];
      if (!operand) return undefined;
      // The elements of a spread bind lists: each is matched by itself.
      if (operand.kind !== "spread") next = this.term(operand, child, next);
      else next = this.#element(operand.element, child, next);
    }
    return next;
  }

  #element(element: Term, child: Id, match: Match): Match | undefined {
    const found = this.term(element, child, { bound: new Map(), found: match.found });
    return found && { bound: match.bound, found: found.found };
  }

  /** The first e-node of the class, among those there were, for which `then` succeeds. */
  #oneOf(
    ops: ReadonlySet<OpId>,
    id: Id,
    match: Match,
    then: (node: NodeId, match: Match) => Match | undefined,
  ): Match | undefined {
    const { terms, applications } = this.#world;
    const { egraph } = terms;
    for (const node of egraph.nodes(id)) {
      if (node >= this.#end || ++this.#attempts > ATTEMPTS) return undefined;
      if (!ops.has(egraph.op(node))) continue;
      const equal = this.#equal(node, id, match);
      if (!equal) continue;
      const creator = applications.creator(node);
      const found = then(node, {
        bound: equal.bound,
        found: creator === undefined ? equal.found : [...equal.found, creator],
      });
      if (found) return found;
    }
    return undefined;
  }

  /** Notes what made two ids equal before this application, if that is so. */
  #equal(a: Id, b: Id, match: Match): Match | undefined {
    if (a === b) return match;
    const { egraph } = this.#world.terms;
    if (egraph.find(a) !== egraph.find(b)) return undefined;
    const reasons = egraph.reasons(a, b);
    if (reasons.some((reason) => reason >= this.#number)) return undefined;
    return { bound: match.bound, found: [...match.found, ...reasons] };
  }
}

/** Whether attributes are those of a pattern, as far as that writes them out: words, and numbers that mean the same at every rank. */
function mayFit(term: Apply, attrs: Attrs): boolean {
  return Object.entries(term.op.attrs ?? {}).every(([name, { default: standard }]) => {
    const said = term.attrs.find((entry) => entry.name === name)?.value;
    const value = said ? "value" in said && said.value : !term.rest && standard;
    const found = attrs[name];
    if (typeof value === "string") return found === value;
    if (typeof value !== "number" || typeof found !== "number" || value < 0) return true;
    return Math.fround(value) === Math.fround(found);
  });
}
