import {
  Action,
  type Mark as GraphMark,
  type Id,
  Matches,
  type NodeId,
  type OpId,
  Query,
  type Rule,
  type Template,
} from "egraph-ts";
import { type Cheapest, cheapestTrees } from "./term-costs.ts";
import type { TermId, TermPool } from "./term-pool.ts";
import type { Theory } from "./theory.ts";

/** A rule over the e-graph of a world, and what its last search found. */
interface Slot {
  /** It has been searched for what is new, which is noted as seen, and has not been applied. */
  pending: boolean;
  readonly query: Query;
  readonly action: Action;
  readonly out: Matches;
  readonly rootSlots: readonly number[];
  /** E-nodes that one application may add. */
  readonly growth: number;
}

/** What is searched for and applied: a rule, with all that is new, or with the matches at these places in its list of all. */
export interface Choice {
  readonly rule: number;
  readonly matches?: readonly number[];
}

/** Matches of a rule that are applied at once: so many at most, drawn at random; the others are passed over. */
export interface Sample {
  readonly size: number;
  /** Uniform in [0, 1). */
  readonly random: () => number;
}

/** The operator of a part that is taken as it is; its argument says which. */
const OPAQUE = "⟨opaque⟩";
/** No search keeps more matches than this at once. */
const MATCHES = 100_000;
/** An e-graph that was full has room again once it is smaller than this share of its limit. */
const ROOM_SHARE = 0.75;
/** Applications that are made between two looks at whether to stop. */
const SPARE = 2;

/** One e-graph, grown from one term. It is emptied and used again, since what costs most is to make it. */
export class TermWorld {
  readonly graph: Theory["graph"];
  readonly #theory: Theory;
  readonly #pool: TermPool;
  readonly #slots: readonly Slot[];
  readonly #opaque: OpId;
  /** By the pool's symbols: what such a term is in the e-graph. */
  readonly #symbols: { op: OpId; arg: number }[] = [];
  /** By operator, then by argument: the pool's symbol. */
  readonly #names: (number | undefined)[][] = [];
  /** By the pool's symbols: the cost of one application. */
  readonly #costs: number[] = [];
  /** By e-node, below `#priced`: its cost by itself, 0 where it has not been asked for. */
  #prices: Float64Array = new Float64Array(1024);
  #priced = 0;
  #leaves: readonly TermId[] = [];
  #loaded = new Map<TermId, Id>();
  /** The class of the term it was grown from. */
  root: Id = 0;
  /** Two constants have met: everything is equal to everything, and nothing is to be read any more. */
  isVoid = false;
  /** What adds e-nodes was refused for want of room: such rules wait until there is some. */
  isFull = false;

  constructor(theory: Theory, pool: TermPool) {
    this.#theory = theory;
    this.#pool = pool;
    this.graph = theory.graph;
    this.#opaque = this.graph.operator(OPAQUE);
    this.#slots = theory.rules.map((rule) => slot(theory, rule));
  }

  /** Empties the e-graph and puts a term in, of which some parts are taken as they are. */
  load(term: TermId, leaves: readonly TermId[] = []): void {
    this.graph.clear();
    this.#priced = 0;
    for (const slot of this.#slots) slot.pending = false;
    this.isVoid = false;
    this.isFull = false;
    this.#leaves = leaves;
    this.#loaded = new Map();
    for (const [i, leaf] of leaves.entries())
      this.#loaded.set(leaf, this.graph.add(this.#opaque, this.graph.intern(`#${i}`, i), []));
    this.root = this.add(term);
  }

  /** Restores the e-graph's invariants once terms have been added. */
  settle(): void {
    if (!this.graph.clean) this.#rebuild();
  }

  /** Adds a term; its parts that are taken as they are stay so. */
  add(term: TermId): Id {
    const loaded = this.#loaded;
    for (const part of this.#pool.parts(term, new Set(loaded.keys()))) {
      if (loaded.has(part)) continue;
      const { op, arg } = this.#meaning(part);
      const operands = this.#pool.operands(part).map((operand) => loaded.get(operand) as Id);
      loaded.set(part, this.graph.add(op, arg, operands));
    }
    return loaded.get(term) as Id;
  }

  /**
   * Searches for all that is chosen, then applies it, never to more than so many e-nodes. Where a sample is wanted, no rule is applied to
   * more of its new matches than that. Returns the unions made.
   */
  apply(choices: readonly Choice[], nodes: number, sample?: Sample): number {
    if (this.isVoid) return 0;
    const { graph } = this;
    if (graph.nodeCount < ROOM_SHARE * nodes) this.isFull = false;
    const open = choices.filter(({ rule }) => !this.isFull || this.#slots[rule]?.growth === 0);
    for (const { rule, matches } of open) if (!matches) this.#searchFresh(rule, MATCHES);
    const before = graph.unionCount;
    let unions = 0;
    for (const { rule, matches } of open) {
      const slot = this.#slots[rule] as Slot;
      const { action, out, growth, query } = slot;
      const begun = graph.unionCount;
      const room = nodes - growth - SPARE;
      if (matches)
        for (const match of matches) action.apply(out, match, match + 1, { nodes: room });
      else {
        if (sample && out.count > sample.size) thin(out, sample);
        const done = action.apply(out, 0, out.count, { nodes: growth === 0 ? Infinity : room });
        if (done < out.count) {
          query.forget();
          this.isFull = true;
        }
        slot.pending = false;
      }
      unions += graph.unionCount - begun;
    }
    if (graph.unionCount > before || !graph.clean) this.#rebuild();
    return unions;
  }

  /** How many matches of the rule have come since it was applied; counts no further than `limit`. */
  countFresh(rule: number, limit: number): number {
    return this.#searchFresh(rule, limit);
  }

  /** Lists all matches of the rule; returns how many. */
  list(rule: number, limit: number = MATCHES): number {
    const slot = this.#slots[rule] as Slot;
    overlook(slot);
    slot.out.clear();
    return this.isVoid ? 0 : slot.query.search(slot.out, { limit });
  }

  /** The classes of a match's roots. */
  at(rule: number, match: number): Id[] {
    const { out, rootSlots } = this.#slots[rule] as Slot;
    return rootSlots.map((slot) => this.graph.find(out.rows[match * out.width + slot] as Id));
  }

  /** The cost of the cheapest term known of what it was grown from. */
  get cost(): number {
    return this.#cheapest().costs[this.graph.find(this.root)] as number;
  }

  /** The cheapest term known of what it was grown from. `learn` is told of each term put in of which a cheaper one is known. */
  cheapest(learn: (term: TermId, cheaper: TermId) => void): TermId {
    const { graph } = this;
    const pool = this.#pool;
    const { costs, nodes } = this.#cheapest();
    const make = this.#maker(nodes);
    for (const [term, id] of this.#loaded) {
      const root = graph.find(id);
      if ((costs[root] as number) < pool.cost(term)) learn(term, make(root));
    }
    return make(graph.find(this.root));
  }

  /** A term of what it was grown from that is the cheapest if each application costs up to so much more, as drawn. */
  variant(more: () => number): TermId {
    const { nodes } = this.#cheapest(more);
    return this.#maker(nodes)(this.graph.find(this.root));
  }

  /** Makes the terms of classes, of the e-nodes chosen. */
  #maker(nodes: ArrayLike<NodeId>): (id: Id) => TermId {
    const { graph } = this;
    const made = new Map<Id, TermId>();
    const make = (id: Id): TermId => {
      const known = made.get(id);
      if (known !== undefined) return known;
      const node = nodes[id] as NodeId;
      const [op, arg] = [graph.op(node), graph.arg(node)];
      const found =
        op === this.#opaque
          ? (this.#leaves[graph.argument(arg) as number] as TermId)
          : this.#pool.make(this.#symbol(op, arg), graph.children(node).map(make));
      made.set(id, found);
      return found;
    };
    return make;
  }

  mark(): GraphMark {
    // A mark keeps what has been seen, not what was found and waits.
    for (const slot of this.#slots) overlook(slot);
    return this.graph.mark();
  }

  restore(mark: GraphMark, { isVoid, isFull }: Pick<TermWorld, "isVoid" | "isFull">): void {
    this.graph.restore(mark);
    this.#priced = Math.min(this.#priced, this.graph.created);
    this.isVoid = isVoid;
    this.isFull = isFull;
    for (const slot of this.#slots) slot.pending = false;
  }

  /** The cheapest trees; if each application costs up to so much more, as drawn. */
  #cheapest(more?: () => number): Cheapest {
    const { created } = this.graph;
    if (this.#prices.length < created) {
      const longer = new Float64Array(2 * created);
      longer.set(this.#prices);
      this.#prices = longer;
    }
    this.#prices.fill(0, this.#priced, created);
    this.#priced = created;
    return cheapestTrees(this.graph, (node) => this.#cost(node) * (more ? 1 + more() : 1));
  }

  #cost(node: NodeId): number {
    const known = this.#prices[node] as number;
    if (known > 0) return known;
    const price = this.#price(node);
    this.#prices[node] = price;
    return price;
  }

  #price(node: NodeId): number {
    const { graph } = this;
    const [op, arg] = [graph.op(node), graph.arg(node)];
    if (op === this.#opaque)
      return this.#pool.cost(this.#leaves[graph.argument(arg) as number] as TermId);
    return this.#costs[this.#symbol(op, arg)] as number;
  }

  #searchFresh(rule: number, limit: number): number {
    const slot = this.#slots[rule] as Slot;
    const { query, out } = slot;
    // What waits still holds; what is new comes on top.
    if (!slot.pending) out.clear();
    if (this.isVoid || out.count >= limit) return out.count;
    query.search(out, { fresh: true, limit: limit - out.count });
    slot.pending = true;
    return out.count;
  }

  #rebuild(): void {
    try {
      this.graph.rebuild();
    } catch {
      this.isVoid = true;
    }
  }

  /** What a term's operator, or an atom, is in the e-graph. */
  #meaning(term: TermId): { op: OpId; arg: number } {
    const symbol = this.#pool.symbolOf(term);
    const known = this.#symbols[symbol];
    if (known) return known;
    const name = this.#pool.name(term);
    const isAtom = this.#pool.operands(term).length === 0;
    const read = isAtom ? this.#theory.syntax?.read?.(name) : undefined;
    const meaning = read ?? { op: this.graph.operator(name), arg: 0 };
    this.#symbols[symbol] = meaning;
    return meaning;
  }

  #symbol(op: OpId, arg: number): number {
    const names = this.#names[op] ?? [];
    this.#names[op] = names;
    const known = names[arg];
    if (known !== undefined) return known;
    const name = arg === 0 ? this.graph.operatorName(op) : this.#theory.syntax?.write?.(op, arg);
    if (name === undefined)
      throw new Error(
        `the argument ${String(this.graph.argument(arg))} of ${this.graph.operatorName(op)} has no spelling; give the theory's syntax a "write"`,
      );
    const symbol = this.#pool.symbol(name);
    names[arg] = symbol;
    this.#costs[symbol] = this.#theory.cost?.(name) ?? 1;
    return symbol;
  }
}

function slot({ graph }: Theory, rule: Rule): Slot {
  const { left, rootSlots, slots, guards = [], right, condition } = rule;
  if (typeof right === "function" || condition)
    throw new Error(
      `rule "${rule.name}" builds its right side, or has a condition, when it is applied; a session searches for what is new alone, and so takes templates and conditions of \`when\``,
    );
  return {
    pending: false,
    query: new Query(graph, left, { slots, rootSlots, guards }),
    action: new Action(graph, right),
    out: new Matches(slots),
    rootSlots,
    growth: right.reduce((sum, { template }) => sum + size(template), 0),
  };
}

/** Leaves so many matches as are wanted, drawn at random. */
function thin(out: Matches, { size, random }: Sample): void {
  const { rows, width, count } = out;
  for (let i = 0; i < size; i++) {
    const from = (i + Math.floor(random() * (count - i))) * width;
    for (let k = 0; k < width; k++) {
      const word = rows[i * width + k] as number;
      rows[i * width + k] = rows[from + k] as number;
      rows[from + k] = word;
    }
  }
  out.count = size;
}

function overlook(slot: Slot): void {
  if (slot.pending) slot.query.forget();
  slot.pending = false;
}

function size(template: Template): number {
  if (template.kind === "variable") return 0;
  return template.children.reduce((sum, child) => sum + size(child), 1);
}
