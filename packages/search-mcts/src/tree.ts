import type { Move, Observation } from "@rewright/plugin";
import type { Settings } from "./options.ts";
import type { Position } from "./position.ts";
import type { RollOut } from "./roll-out.ts";
import { argmax, type Edge, edge, type State } from "./state.ts";
import { Way } from "./way.ts";

/** What a simulation passed before its return is known. */
interface Simulation {
  readonly edges: readonly Edge[];
  /** The states along the edges, that at the end included. */
  readonly states: readonly State[];
}

/** The search tree, and the four steps of a simulation: selection, expansion, roll-out, backing up. */
export class Tree {
  readonly #position: Position;
  readonly #settings: Settings;
  readonly #rollOut: RollOut;
  /** The cost at the start of the search: returns are shares of it. */
  readonly #unit: number;
  readonly #known = new Map<string, State>();
  /** The highest return so far. */
  #scale = Number.MIN_VALUE;
  /** The cheapest state seen, and the moves from the start to it. */
  best: { readonly cost: number; readonly path: readonly Move[] };

  constructor(position: Position, settings: Settings, start: number) {
    this.#position = position;
    this.#settings = settings;
    this.#rollOut = settings.rollOut();
    this.#unit = start > 0 && start < Infinity ? start : 1;
    this.best = { cost: start, path: [] };
  }

  /** The present state, with its moves, as if nothing had been tried. */
  state(): State {
    const { session } = this.#position;
    const { transpositions } = this.#settings;
    const hash = transpositions ? session.hash?.() : undefined;
    const known = hash === undefined ? undefined : this.#known.get(hash);
    if (known) return known;
    const moves = this.#position.moves;
    const seen = this.#observe(moves);
    const prior = seen && this.#settings.prior?.(seen);
    const state: State = {
      cost: session.cost(),
      tried: [],
      untried: moves.map((move, i) => edge(move, prior?.[i] ?? 1 / moves.length)),
      observation: seen && { seen, moves },
      visits: 0,
    };
    if (hash !== undefined) this.#known.set(hash, state);
    return state;
  }

  /** Runs simulations from the present state, each taken back, until there are as many as are due. `made` are the moves that led to it. */
  async simulate(root: State, made: readonly Move[], simulations: number): Promise<void> {
    const { session } = this.#position;
    const { batch } = this.#settings;
    const way = new Way(this.#position);
    for (let done = 0; done < simulations && !session.spent.all; ) {
      // Those of a batch set out before any of them has returned.
      const under: { simulation: Simulation; worth: number }[] = [];
      for (let i = 0; i < batch && done < simulations && !session.spent.all; i++, done++) {
        const simulation = this.#descend(root, way);
        for (const passed of simulation.edges) passed.pending++;
        under.push({ simulation, worth: this.#judge(simulation, made) });
        way.stray();
        await session.breathe?.();
      }
      for (const { simulation, worth } of under) this.#backUp(simulation, worth);
    }
    way.stand(0);
  }

  /** Selection and expansion: goes down as far as all was tried, and adds one state. The session stands at the last state then. */
  #descend(root: State, way: Way): Simulation {
    const { expansion } = this.#settings;
    const edges: Edge[] = [];
    const states = [root];
    for (let state = root; ; state = states.at(-1) as State) {
      const depth = edges.length;
      const isNew = state === root || state.tried.length === 0 || this.#chance(expansion);
      const added = this.#settings.prior || isNew ? this.#expand(state, way, depth) : undefined;
      const next = added ?? argmax(state.tried, (tried) => this.#score(tried, state));
      // States reached in several ways may lead back to one another.
      const isOn = next?.to && (added || !states.includes(next.to)) && way.follow(depth, next);
      if (next?.to && isOn) {
        edges.push(next);
        states.push(next.to);
        if (!added) continue;
      }
      way.stand(edges.length);
      return { edges, states };
    }
  }

  /** Tries a move not tried before, if it is the turn of one. What changes nothing is forgotten. */
  #expand(state: State, way: Way, depth: number): Edge | undefined {
    const { untried, tried } = state;
    while (untried.length > 0 && !this.#position.session.spent.all) {
      const index = this.#draw(state);
      if (index === undefined) return undefined;
      const [drawn] = untried.splice(index, 1) as [Edge];
      if (!way.follow(depth, drawn)) continue;
      drawn.to = this.state();
      tried.push(drawn);
      return drawn;
    }
    return undefined;
  }

  /** Which move is to be tried: any, as far as widening allows; with a prior the likeliest, where it scores higher than those tried. */
  #draw(state: State): number | undefined {
    const { widening, prior } = this.#settings;
    const { untried, tried, visits } = state;
    if (widening && tried.length >= widening.factor * Math.max(1, visits) ** widening.exponent)
      return undefined;
    if (!prior) return Math.floor(this.#position.random() * untried.length);
    const likeliest = argmax(untried, (each) => each.prior) as Edge;
    const own = this.#score(likeliest, state);
    return tried.some((each) => this.#score(each, state) >= own)
      ? undefined
      : untried.indexOf(likeliest);
  }

  #score(edge: Edge, state: State): number {
    const { selection, scaled } = this.#settings;
    return selection(edge, state, scaled ? this.#scale : 1);
  }

  /** Roll-out: goes on from the state added, and returns what the simulation came to, from that state on. */
  #judge({ edges, states }: Simulation, made: readonly Move[]): number {
    const { depth, discount, value } = this.#settings;
    const position = this.#position;
    const leaf = states.at(-1) as State;
    const path = [...made, ...edges.map(({ move }) => move)];
    this.#note(leaf.cost, path);
    let steps = 0;
    for (; steps < depth; steps++) {
      const move = this.#rollOut.step(position);
      if (!move) break;
      path.push(move);
    }
    const cost = steps > 0 ? position.cost() : leaf.cost;
    this.#note(cost, path);
    const seen = value && this.#observe(position.moves);
    const further = value && seen ? value(seen) : 0;
    return discount ** steps * (this.#fall(leaf.cost, cost) + further);
  }

  /** Backing up: each edge passed learns what came after it, later falls discounted. */
  #backUp({ edges, states }: Simulation, worth: number): void {
    let value = worth;
    for (let i = edges.length - 1; i >= 0; i--) {
      const passed = edges[i] as Edge;
      const [from, to] = [states[i] as State, states[i + 1] as State];
      value = this.#fall(from.cost, to.cost) + this.#settings.discount * value;
      passed.pending--;
      passed.visits++;
      passed.total += value;
      if (value > passed.highest) passed.highest = value;
      if (value > this.#scale) this.#scale = value;
      to.visits++;
    }
    (states[0] as State).visits++;
  }

  /** A fall of cost as a share of the start's, or as it is. */
  #fall(from: number, to: number): number {
    if (!(from < Infinity && to < Infinity)) return 0;
    return (from - to) / (this.#settings.scaled ? this.#unit : 1);
  }

  #note(cost: number, path: readonly Move[]): void {
    if (cost < this.best.cost) this.best = { cost, path: [...path] };
  }

  #observe(moves: readonly Move[]): Observation | undefined {
    const { prior, value } = this.#settings;
    return prior || value ? this.#position.observe(moves) : undefined;
  }

  #chance(probability: number): boolean {
    return probability >= 1 || this.#position.random() < probability;
  }
}
