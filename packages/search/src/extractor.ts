import { readGraph } from "@rewright/dsl";
import type { CostModel, Graph } from "@rewright/plugin";
import {
  type Extraction,
  extractDag,
  extractExact,
  extractTree,
  type Id,
  type NodeId,
} from "egraph-ts";
import type { Limits } from "./budget.ts";
import type { ExtractedProgram, ExtractionKind } from "./cost-report.ts";
import { type Evidence, evidence } from "./evidence.ts";
import { Pricing } from "./pricing.ts";
import type { World } from "./world.ts";

/** A program extracted from an e-graph. `graph` and `evidence` are to be asked for first in the state it was extracted from. */
export interface Program {
  /** Under the cost model, each node paid once. */
  readonly cost: number;
  /** How many classes it uses: of two programs of one cost, the smaller is better. */
  readonly size: number;
  readonly graph: () => Graph;
  readonly evidence: () => Evidence;
  readonly extraction: Extraction;
}

/** How to choose among programs of nearly the same cost. */
export interface Taste {
  /** Whether milliseconds count: then no bounds are proven and no program is started from again. */
  readonly quick?: boolean;
  /** Which of equally dear nodes is taken. */
  readonly ties?: "oldest" | "newest";
  /** A factor on what a node costs however small its work, as estimated from the cheapest node: other than 1, it favours few large nodes or many small ones. */
  readonly overhead?: number;
  /** What a node's cost is multiplied by, asked once for each. */
  readonly factor?: (node: NodeId) => number;
}

/** Costs that differ by less than this share of the start's are equal; then the program with fewer nodes is better. */
const TIE = 1e-11;
/** What a node counts that the target cannot run, as a multiple of the whole start. */
const UNRUNNABLE = 1e3;

/** Steps of branch and bound in a thorough extraction, a fifth of a second at most. */
const EFFORT = 2e6;
/** Steps of branch and bound for a proof, about two seconds: no clock, so that runs repeat, and nobody is heard meanwhile. */
const PROOF_EFFORT = 2e8;
/** Steps for each e-node below which they are of no use. */
const WORTHWHILE = 100;

/** Finds cheap programs in a world. */
export class Extractor {
  readonly #pricing: Pricing;
  readonly #scale: number;
  /** What a node costs at most: a finite sum where the program began with nodes that the target cannot run. */
  readonly #most: number;
  readonly #limits: Limits;

  constructor(
    world: World,
    options: { costModel: CostModel; bind: (dim: string) => number; limits: Limits },
  ) {
    this.#limits = options.limits;
    this.#pricing = new Pricing(options.costModel, options.bind, world.terms);
    let scale = 0;
    let most = Infinity;
    const { egraph } = world.terms;
    for (const id of egraph.classes()) {
      for (const node of egraph.nodes(id)) {
        const cost = this.#pricing.of(node);
        if (cost < Infinity) scale += cost;
        else most = UNRUNNABLE;
      }
    }
    this.#scale = scale > 0 ? scale : 1;
    this.#most = most * this.#scale;
  }

  /** The better of two programs by cost, then size: negative when `a` is, 0 when they tie. */
  compare(a: Program, b: Program): number {
    const equal = a.cost === b.cost || Math.abs(a.cost - b.cost) <= TIE * this.#scale;
    return equal ? a.size - b.size : a.cost - b.cost;
  }

  /** The cheapest program of the world's present state, and whether that is shown, unless `stop` ends the search before. */
  exact(
    world: World,
    stop: () => boolean,
  ): { readonly program: Program; readonly proven: boolean } {
    this.#pricing.attach(world.terms);
    const count = (node: NodeId): number => this.count(world, node);
    const { egraph } = world.terms;
    const bounds = { seconds: Infinity, effort: PROOF_EFFORT, stop };
    const extraction = extractExact(egraph, world.outputs, count, bounds);
    return { program: this.#program(world, extraction), proven: extraction.proven };
  }

  /** Whether a thorough extraction can find more than a quick one. */
  isThorough(world: World): boolean {
    return world.terms.egraph.nodeCount * WORTHWHILE <= EFFORT;
  }

  /** What running an e-node of the world once costs. */
  price(world: World, node: NodeId): number {
    this.#pricing.attach(world.terms);
    return this.#pricing.of(node);
  }

  /** What an e-node counts: a finite number, also where the target cannot run it. */
  count(world: World, node: NodeId): number {
    return TIE * this.#scale + Math.min(this.price(world, node), this.#most);
  }

  /** The cheapest program of the world's present state that can be found. */
  extract(world: World, taste: Taste = {}): Program {
    this.#pricing.attach(world.terms);
    return this.#program(world, this.#extract(world, taste));
  }

  #program(world: World, extraction: Extraction): Program {
    let cost = 0;
    for (const id of extraction.order) cost += this.#pricing.of(extraction.choice(id));
    const { length: size } = extraction.order;
    const graph = once(() => readGraph(world.terms, world.start, world.outputs, extraction));
    return { cost, size, graph, evidence: once(() => evidence(world, extraction)), extraction };
  }

  /** A program chosen in one of several ways; `seconds` bounds the search for the cheapest one. */
  choose(world: World, kind: ExtractionKind, seconds: number): ExtractedProgram {
    const { egraph } = world.terms;
    const count = (node: NodeId): number => this.count(world, node);
    const { outputs } = world;
    const stop = (): boolean => this.#limits.signal.aborted;
    const exact = kind === "exact" && extractExact(egraph, outputs, count, { seconds, stop });
    const extraction =
      exact ||
      (kind === "tree"
        ? extractTree(egraph, outputs, count)
        : this.#extract(world, { quick: true }));
    const { order } = extraction;
    const trees = new Map<Id, number>();
    let cost = 0;
    for (const id of order) {
      const node = extraction.choice(id);
      const own = this.price(world, node);
      cost += own;
      const below = egraph
        .children(node)
        .reduce((sum, child) => sum + (trees.get(child) as number), 0);
      trees.set(id, own + below);
    }
    const treeCost = outputs.reduce((sum, id) => sum + (trees.get(egraph.find(id)) as number), 0);
    const graph = readGraph(world.terms, world.start, outputs, extraction);
    // The little that each node counts besides is no cost.
    const bound = exact ? Math.max(0, exact.bound - TIE * this.#scale * order.length) : 0;
    return { kind, graph, cost, treeCost, bound, proven: exact !== false && exact.proven };
  }

  #extract(world: World, { quick, ties, overhead = 1, factor }: Taste): Extraction {
    const factors = new Map<NodeId, number>();
    const factorOf = (node: NodeId): number => {
      if (!factor) return 1;
      const known = factors.get(node) ?? factor(node);
      factors.set(node, known);
      return known;
    };
    const floor = overhead === 1 ? 0 : this.#overhead(world);
    const tie = TIE * this.#scale;
    const cost = (node: NodeId): number => {
      const own = factorOf(node) * Math.min(this.#pricing.of(node), this.#most);
      return tie + (own > 0 ? Math.max(0, own + (overhead - 1) * floor) : 0);
    };
    const stop = (): boolean => this.#limits.late;
    return extractDag(world.terms.egraph, world.outputs, cost, {
      stop,
      ...(ties && { ties }),
      effort: quick || !this.isThorough(world) ? 0 : EFFORT,
    });
  }

  /** The least that any node costs: an estimate of what launching one costs. */
  #overhead(world: World): number {
    const { egraph } = world.terms;
    let least = Infinity;
    for (const id of egraph.classes()) {
      for (const node of egraph.nodes(id)) {
        const cost = this.#pricing.of(node);
        if (cost > 0 && cost < least) least = cost;
      }
    }
    return least < Infinity ? least : 0;
  }
}

function once<T>(compute: () => T): () => T {
  let result: { value: T } | undefined;
  return () => {
    result ??= { value: compute() };
    return result.value;
  };
}
