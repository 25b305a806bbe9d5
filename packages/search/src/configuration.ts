import type {
  ConfigurationSpace,
  Graph,
  Mark,
  Move,
  RuleInfo,
  SearchStrategy,
  Session,
} from "@rewright/plugin";
import type { Limits, StopReason } from "./budget.ts";
import { MarkStack } from "./mark-stack.ts";
import { Run, type RunOptions } from "./run.ts";
import { messageOf, SearchError } from "./search-error.ts";

/** What a configuration session works on. */
export interface ConfigurationOptions extends RunOptions {
  /** The choices, and what each setting of them costs: a backend's `configurations(graph)`. */
  readonly space: ConfigurationSpace;
  /** The program that is configured. */
  readonly graph: Graph;
  /** Where the search begins, the index of a value for each choice; the first value of each unless said. */
  readonly start?: readonly number[];
}

/** One value for each choice, and what that costs. */
export interface Configured {
  /** The index of a value for each choice. */
  readonly setting: readonly number[];
  readonly cost: number;
}

/** A session over the configurations of a target: a state is a value for each choice, a move sets one. */
export function configuration(options: ConfigurationOptions): ConfigurationSession {
  return new ConfigurationSession(options);
}

/** The prices of so many settings are remembered. */
const REMEMBERED = 100_000;

/**
 * Configuration, the space of tiles and layouts (TpuGraphs: Phothilimthana et al., NeurIPS 2023). The session's rules are the choices; the move
 * `at: [i]` gives one its value number i, and changes nothing where it has that value. A setting is priced once.
 */
export class ConfigurationSession implements Session {
  readonly space = "configuration";
  readonly rules: readonly RuleInfo[];
  readonly #options: ConfigurationOptions;
  readonly #run: Run;
  readonly #limits: Limits;
  readonly #marks = new MarkStack<readonly number[]>();
  readonly #moves: readonly Move[];
  readonly #indices: ReadonlyMap<string, number>;
  readonly #known = new Map<string, number>();
  #setting: readonly number[];
  #best: Configured;

  constructor(options: ConfigurationOptions) {
    const { choices } = options.space;
    this.#options = options;
    this.#run = new Run(options);
    this.#limits = this.#run.limits;
    const rules = choices.map(({ name }) =>
      Object.freeze({ name, ruleset: "configuration", tags: Object.freeze([]), growing: true }),
    );
    this.rules = Object.freeze(rules);
    this.#indices = new Map(choices.map(({ name }, index) => [name, index]));
    if (this.#indices.size < choices.length)
      throw new Error("two choices have one name; rename one, so that moves can tell them apart");
    this.#moves = choices.flatMap(({ name, values }) => {
      if (values.length === 0) throw new Error(`the choice \`${name}\` has no values`);
      return values.map((_, i) => Object.freeze({ rule: name, at: Object.freeze([i]) }));
    });
    this.#setting = this.#checked(options.start ?? choices.map(() => 0));
    this.#best = { setting: this.#setting, cost: this.#price(this.#setting) };
  }

  random(): number {
    return this.#run.random();
  }

  get signal(): AbortSignal {
    return this.#limits.signal;
  }

  get spent(): Session["spent"] {
    const { iterations, ms } = this.#limits;
    const all = this.#run.over || this.#limits.spent !== undefined;
    return { nodes: this.#setting.length, iterations, ms, all };
  }

  get limits(): NonNullable<Session["limits"]> {
    return this.#limits.told;
  }

  /** Every value of every choice, the choices in their order, whatever the granularity: what a choice is set to is said by each move. */
  moves(filter: Parameters<Session["moves"]>[0] = {}): readonly Move[] {
    const { ruleset = "configuration", rule, most = Infinity, limit = Infinity } = filter;
    if (ruleset !== "configuration") return [];
    const { choices } = this.#options.space;
    const fits = (move: Move): boolean =>
      (rule === undefined || move.rule === rule) &&
      (choices[this.#indices.get(move.rule) as number]?.values.length ?? 0) - 1 <= most;
    return this.#moves.filter(fits).slice(0, limit);
  }

  apply(moves: Iterable<Move>): number {
    const listed = [...moves];
    if (listed.length === 0) return 0;
    if (this.spent.all) return 0;
    this.#limits.iterations++;
    let changed = 0;
    const next = [...this.#setting];
    for (const { rule, at } of listed) {
      const index = this.#indices.get(rule);
      if (index === undefined)
        throw new Error(`a move of the choice \`${rule}\`, which this session does not have`);
      const value = at[0] ?? -1;
      const { length } = this.#options.space.choices[index]?.values ?? [];
      // A move that names no value there is is stale, like one of another state.
      if (!Number.isInteger(value) || value < 0 || value >= length) continue;
      if (next[index] === value) continue;
      next[index] = value;
      changed++;
    }
    if (changed === 0) return 0;
    const cost = this.#price(next);
    this.#setting = next;
    if (cost < this.#best.cost) this.#best = { setting: next, cost };
    return changed;
  }

  mark(): Mark {
    return this.#marks.push(this.#setting);
  }

  restore(mark: Mark): void {
    this.#marks.restore(mark, (setting) => {
      this.#setting = setting;
      return setting;
    });
  }

  cost(): number {
    return this.#price(this.#setting);
  }

  /** The program is the same in all settings. */
  best(): { readonly cost: number; readonly graph: Graph } {
    return { cost: this.cost(), graph: this.#options.graph };
  }

  /** Begins again from the best setting so far. */
  regrow(): void {
    this.#setting = this.#best.setting;
  }

  hash(): string {
    return this.#setting.join();
  }

  note(text: string): void {
    this.#run.note(text);
  }

  breathe(): Promise<void> | undefined {
    return this.#run.breathe();
  }

  /** The present setting, the index of a value for each choice. */
  get setting(): readonly number[] {
    return this.#setting;
  }

  /** The best setting so far. */
  get bestEver(): Configured {
    return this.#best;
  }

  /** What strategies have said of how the search went. */
  get notes(): readonly string[] {
    return this.#run.notes;
  }

  /** Why the run ended; while it goes on, why it would end now. */
  get stopped(): StopReason {
    return this.#run.stopped ?? this.#limits.spent ?? "satisfied";
  }

  /** As `HostedSession.run`. */
  async run(strategy: SearchStrategy): Promise<void> {
    await this.#run.drive(strategy, this, () => this.stopped);
  }

  #price(setting: readonly number[]): number {
    const key = setting.join();
    const known = this.#known.get(key);
    if (known !== undefined) return known;
    let cost: number;
    try {
      cost = this.#options.space.cost(setting);
    } catch (caught) {
      throw new SearchError("configuration space", messageOf(caught), { cause: caught });
    }
    if (typeof cost !== "number" || !(cost >= 0))
      throw new SearchError(
        "configuration space",
        `the setting ${key} costs ${typeof cost === "number" ? cost : `a ${typeof cost}`}: a cost is a number ≥ 0`,
      );
    if (this.#known.size >= REMEMBERED) this.#known.clear();
    this.#known.set(key, cost);
    return cost;
  }

  #checked(start: readonly number[]): readonly number[] {
    const { choices } = this.#options.space;
    const fits = (value: number | undefined, i: number): boolean =>
      value !== undefined &&
      Number.isInteger(value) &&
      value >= 0 &&
      value < (choices[i]?.values.length ?? 0);
    if (start.length !== choices.length || !start.every(fits))
      throw new RangeError(
        `the setting to start from, ${start.join()}, is not the index of a value for each of ${choices.length} choices`,
      );
    return [...start];
  }
}
