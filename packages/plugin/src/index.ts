/**
 * The plugin contracts, version 1: what dialects, backends and strategies are, and the data they exchange.
 * Types only: no code, no dependencies.
 *
 * @module
 */

// ── What plugins talk about ──────────────────────────────────────────────────

/** ONNX's element types; `unknown` stands for a value of which nothing is known (a sequence, an unmodelled operator's result). */
export type DType =
  | "f64"
  | "f32"
  | "f16"
  | "bf16"
  | "f8e4m3fn"
  | "f8e4m3fnuz"
  | "f8e5m2"
  | "f8e5m2fnuz"
  | "f8e8m0"
  | "f4e2m1"
  | "i64"
  | "i32"
  | "i16"
  | "i8"
  | "i4"
  | "i2"
  | "u64"
  | "u32"
  | "u16"
  | "u8"
  | "u4"
  | "u2"
  | "bool"
  | "string"
  | "c64"
  | "c128"
  | "unknown";

/**
 * A number when known, a name when not: a batch called "N" stays "N", and stands for any size of at least 1.
 * Names that begin with "?" are derived by inference; "?" alone is a size of its own, equal to no other.
 */
export type Dim = number | string;

/** The type of a tensor. */
export interface TensorType {
  readonly dtype: DType;
  /** Says nothing when `dtype` is `unknown`. */
  readonly shape: readonly Dim[];
  /**
   * What is known of the elements, row-major, of an integer tensor of rank 0 or 1 with at most 64 elements.
   * Programs compute shapes with such tensors; a symbolic dimension stays symbolic on its way through them.
   */
  readonly value?: readonly Dim[];
}

/** A tensor's contents, row-major. 64-bit integers are BigInt64Array or BigUint64Array, strings are strings, all else is numbers (booleans 0 and 1). */
export interface NdArray {
  readonly dtype: DType;
  readonly shape: readonly number[];
  readonly data: ArrayLike<number> | BigInt64Array | BigUint64Array | readonly string[];
}

/** The value of an attribute. Integers of attributes are numbers where they are safe integers, else bigints. */
export type Attr = number | bigint | string | boolean | NdArray | readonly Attr[];
/** Attributes by name. */
export type Attrs = Readonly<Record<string, Attr>>;

/** What an operator is applied to. */
export interface Operand extends TensorType {
  /** Known before the program runs, so that work on constants alone is free at run time. */
  readonly constant: boolean;
}

/** One application of an operator: what it is, what it takes, what it yields. */
export interface NodeView {
  /** "MatMul"; with its domain in front where that is not ONNX's own: "com.microsoft.FusedConv". */
  readonly op: string;
  readonly attrs: Attrs;
  /** `undefined` where an optional operand is absent. */
  readonly operands: readonly (Operand | undefined)[];
  readonly results: readonly TensorType[];
  /**
   * Set for an operator that the vocabulary does not model: a key that stands for everything about it but its operands.
   * Two opaque applications are the same only if their keys are. Its attributes are then not given.
   */
  readonly opaque?: string;
}

/** Where a value comes from. */
export type Source =
  | { readonly from: "input"; readonly index: number }
  | { readonly from: "constant"; readonly index: number }
  | { readonly from: "node"; readonly index: number; readonly result: number };

/** A tensor known before the program runs, read only when asked for. */
export interface Constant {
  readonly type: TensorType;
  /** Equal keys mean equal contents. */
  readonly key: string;
  load(): NdArray;
}

/** A node of a program: an operator application and where its operands come from. */
export interface GraphNode extends NodeView {
  readonly inputs: readonly (Source | undefined)[];
}

/** A program, its nodes in topological order. Constants stay constants: a runtime folds and packs only what it sees as such. */
export interface Graph {
  readonly inputs: readonly { readonly name: string; readonly type: TensorType }[];
  readonly constants: readonly Constant[];
  readonly nodes: readonly GraphNode[];
  readonly outputs: readonly { readonly name: string; readonly source: Source }[];
}

/** What every plugin says of itself. */
export interface Plugin<Kind extends string> {
  readonly kind: Kind;
  /** The version of this contract the plugin was written against. */
  readonly spec: 1;
  /** Lower-case, unique among the plugins of one run; the prefix of its log lines. */
  readonly name: string;
}

// ── Dialect: operators, their shapes, their meaning ──────────────────────────

/** A vocabulary of operators. */
export interface Dialect extends Plugin<"dialect"> {
  readonly ops: Readonly<Record<string, OpDef>>;
  /** Functions that attributes, operands and `when` clauses of rules may call. */
  readonly functions?: Readonly<Record<string, RuleFunction>>;
}

/**
 * A function of the rule language. Pure. A term is passed as a `Term`, everything else as a value; `undefined` means "not known".
 * Never throws on unknown input: it returns `undefined`.
 */
export interface RuleFunction {
  (...args: readonly (Term | Attr)[]): Attr | undefined;
  /**
   * A pruning hint: it may be true now and false later, and the rule is sound without it. It keeps a rule from firing where nothing is
   * to be gained; whoever checks the rule takes it as true.
   */
  readonly hint?: boolean;
}

/** What a rule's function sees of a term: its type, whether it is constant, and its contents where they are known. */
export interface Term extends Operand {
  readonly term: true;
  /** The name of an input of the program. */
  readonly name?: string;
  /** The contents of a small constant (at most 4,096 elements). */
  readonly contents?: NdArray;
}

/** How an attribute is written. `axis` and `axes` count dimensions of the first operand: negative values are made non-negative wherever its rank is known. */
export type AttrType =
  | "int"
  | "float"
  | "string"
  | "ints"
  | "floats"
  | "strings"
  | "axis"
  | "axes"
  | "dtype"
  | "tensor"
  | readonly string[];

/** One operator of a dialect. */
export interface OpDef {
  readonly operands: readonly {
    readonly name: string;
    readonly variadic?: boolean;
    readonly optional?: boolean;
  }[];
  /** An attribute without a default may be absent, unless it is `required`. */
  readonly attrs?: Readonly<
    Record<
      string,
      { readonly type: AttrType; readonly default?: Attr; readonly required?: boolean }
    >
  >;
  /** How many results it has at least (1 unless said); some operators yield further ones when asked to. */
  readonly results?: number | "variadic";
  /** The names that rules may choose the results by: `f(x).mean`. In order, as many as have one. */
  readonly resultNames?: readonly string[];
  /** The two operands may be swapped. */
  readonly commutative?: boolean;
  /** `true`: two applications to the same operands may differ (random numbers). Never merged, folded or copied. */
  readonly impure?: boolean;
  /**
   * The types of the first `count` results. Throws an Error whose `name` is "ShapeError" on an ill-shaped application. Pure.
   * Never called with an operand of `unknown` type.
   */
  infer(
    operands: readonly (TensorType | undefined)[],
    attrs: Attrs,
    count: number,
  ): readonly TensorType[];
  /** Reference semantics. Rules about an operator without it go unchecked, and constants do not fold through it. */
  evaluate?(
    operands: readonly (NdArray | undefined)[],
    attrs: Attrs,
    count: number,
  ): readonly NdArray[];
}

// ── CostModel: what a node, or a graph, costs ────────────────────────────────

/** What a target charges. */
export interface CostModel {
  /** "µs", "bytes"; for people. */
  readonly unit: string;
  /**
   * The cost of running this node once. Pure, ≥ 0, never NaN; Infinity when the target cannot run it.
   * Symbolic dimensions have been bound. Opaque operators, and work on constants alone, are never asked about: they cost nothing.
   */
  cost(node: NodeView): number;
  /** What the cost of a node is made of, for people who ask why it is what it is. */
  parts?(node: NodeView): CostParts;
  /** The cost of a whole graph where it is not the sum of its nodes (overlap, peak memory, a measurement). Ranks finalists. */
  rank?(graph: Graph, signal: AbortSignal): number | Promise<number>;
}

/** What a node's cost is made of, in the model's unit. Arithmetic and memory traffic may go on at once: the cost need not be the sum. */
export interface CostParts {
  /** Starting the operator, whatever its size. */
  readonly launch: number;
  readonly arithmetic: number;
  readonly memory: number;
}

// ── Backend: one target ──────────────────────────────────────────────────────

/** A rule file: a name for messages, and its text. */
export interface RuleFile {
  readonly file: string;
  readonly text: string;
}

/** One target: its operators and fusion rules, its costs, and, where it can, a way to run programs. */
export interface Backend extends Plugin<"backend"> {
  readonly costModel: CostModel;
  /** Operators and fusions that only this target has. */
  readonly dialects?: readonly Dialect[];
  readonly rules?: readonly RuleFile[];
  /** Run a graph on the target. Lets the conformance kit compare it with the reference semantics, and `rank` measure. */
  run?(graph: Graph, inputs: readonly NdArray[], signal: AbortSignal): Promise<readonly NdArray[]>;
  /** The choices this target leaves open for a graph: layouts, tiles. */
  configurations?(graph: Graph): ConfigurationSpace;
  /** Measure this machine; the result is stored for the user and handed back to the backend's factory. */
  calibrate?(
    signal: AbortSignal,
    progress: (done: number, of: number) => void,
  ): Promise<Readonly<Record<string, unknown>>>;
}

/** The choices a target leaves open for a graph. */
export interface ConfigurationSpace {
  readonly choices: readonly { readonly name: string; readonly values: readonly Attr[] }[];
  /** The predicted cost of one value (by index) per choice. */
  cost(setting: readonly number[]): number;
}

// ── SearchStrategy: which moves to make, and when to stop ────────────────────

/** Drives one search problem: which rewrite, substitution, swap or setting next, and when to stop. */
export interface SearchStrategy extends Plugin<"strategy"> {
  /** Drive the session until satisfied, or until `session.spent.all`. */
  search(session: Session): void | Promise<void>;
}

/** A rewrite rule as a strategy sees it. */
export interface RuleInfo {
  /** Unique in the session; a two-way rule is two rules, the second named with a trailing `⁻¹`. */
  readonly name: string;
  readonly ruleset: string;
  readonly tags: readonly string[];
  /** It may be applied for ever, or makes no program better by itself (a direction of a two-way rule, an `expanding` rule): shrink first, then grow. */
  readonly growing: boolean;
}

/**
 * One space, hidden behind moves: e-graph growth, substitution on one graph, a configuration, a GPU schedule.
 *
 * Two kinds of limit. `nodes` limits the *state*: `apply` refuses what would exceed it, and `restore` gives the room back.
 * Time, iterations and `signal` limit the *run*: once spent, `apply` changes nothing. `restore`, `cost` and `best` always work.
 */
export interface Session {
  readonly space: "growth" | "substitution" | "configuration" | "schedule";
  /** The kinds of move there are; in the spaces of rewriting, the rules. */
  readonly rules: readonly RuleInfo[];
  /** Uniform in [0, 1), seeded. The only randomness a strategy may use, so that a run can be repeated. */
  random(): number;
  readonly signal: AbortSignal;
  readonly spent: {
    readonly nodes: number;
    readonly iterations: number;
    readonly ms: number;
    /** Nothing more can be applied: the run's limits are spent. */
    readonly all: boolean;
    /** Something could not be applied to this state, or to one that led to it, for want of nodes. Absent where nobody tells. */
    readonly full?: boolean;
  };
  /** What the run may spend in all, as far as the host tells: e-nodes of a state, milliseconds, calls of `apply`; Infinity where there is no limit. */
  readonly limits?: { readonly nodes: number; readonly ms: number; readonly iterations: number };
  /** The moves there are, in a fixed order; some may turn out to change nothing (`apply` says so). One a rule, or one a match. */
  moves(filter?: {
    readonly granularity?: "rule" | "match";
    readonly ruleset?: string;
    readonly rule?: string;
    /** Leaves out rules of which more matches than this may change anything: those that have come, or been touched, since it was last applied. */
    readonly most?: number;
    readonly limit?: number;
  }): readonly Move[];
  /** Makes the moves and restores the state's invariants (in growth: unites, rebuilds). Returns how many changed anything. */
  apply(moves: Iterable<Move>): number;
  /** Remember this state; `restore` returns to it. Both cost what has changed since, not what exists; marks nest. */
  mark(): Mark;
  restore(mark: Mark): void;
  /** The cost of the cheapest program now, under the run's backend, a shared node paid once. */
  cost(): number;
  /**
   * About what `cost` would say, and never less than what can be had, in a fraction of the time: for roll-outs, of which only the promising are worth
   * more. Where it is less than the best so far, that program is kept. Absent where `cost` takes no time.
   */
  estimate?(): number;
  /** That program. */
  best(): { readonly cost: number; readonly graph: Graph };
  /**
   * Looks for a program of the present state cheaper than the one that `cost` tells of until it is shown that there is none, at most so many milliseconds.
   * Returns what the cheapest costs, and whether that is shown. Absent where `cost` leaves no doubt.
   */
  exact?(ms: number): { readonly cost: number; readonly proven: boolean };
  /**
   * Begin again from a program that this session gave out (its best, if none is named), with an empty e-graph and the same rules:
   * "extract and regrow". The run's limits go on counting, and the best of all stays the best.
   */
  regrow(from?: Graph): void;
  /**
   * `regrow`, of one part of the program by itself: the e-graph holds the window alone, while `cost` and `best` are those of the whole
   * program with what was found in the window's place. A session that lacks it regrows whole programs only.
   */
  focus?(window: Window, from?: Graph): void;
  /**
   * Another program of the present state, drawn at random: the cheapest if each node cost more by up to `spread` of its cost. For strategies
   * that begin again from programs that are equal and not the same.
   */
  variant?(spread: number): { readonly cost: number; readonly graph: Graph };
  /**
   * A short text for what the present state holds: where two agree the states are equal, in practice, however they were come by. Absent where
   * that would cost too much to tell.
   */
  hash?(): string;
  /**
   * Lets the host come to its turn: signals (Ctrl-C) and progress wait while a strategy computes without a pause. To be awaited
   * now and then; `undefined` when it is too early for it, so that it may be asked at every step.
   */
  breathe?(): Promise<void> | undefined;
  /** Something that people should know of how the search went, such as what was chosen and why; for reports. */
  note?(text: string): void;
  /** The state and its moves as features, for learned strategies. */
  observe?(moves: readonly Move[]): Observation;
}

/** A part of a program that is grown by itself. */
export interface Window {
  /** The node whose value is to become cheaper; all of the program unless said. */
  readonly root?: number;
  /** Nodes below it that are taken as they are, at their price: nothing is known of what is in them. */
  readonly leaves?: readonly number[];
  /** E-nodes at most, where that is less than the session allows. */
  readonly nodes?: number;
  /**
   * Terms of at most so many operators over the program's leaves are added to the e-graph: all of them, or as many, drawn at random, as
   * leave room to grow. That says nothing new is equal; it lets rules fire whose right side is of use only in a context.
   */
  readonly helpers?: number;
  /**
   * New matches of one rule that an `apply` takes at most, drawn at random; the others are passed over. So no rule takes the room of the
   * others. All unless said.
   */
  readonly matches?: number;
}

/** `rule` names an entry of `rules`; `at` says where: classes, nodes or positions. Empty: every match of that rule, without listing them. */
export interface Move {
  readonly rule: string;
  readonly at: readonly number[];
}

/** A remembered state of a session. */
export interface Mark {
  readonly __mark: unique symbol;
}

/** A graph with features, row-major. Edges are [from, to] pairs; `moveNodes[i]` lists the rows that move i touches. */
export interface Observation {
  /** Names what the columns mean: what was learned under one version is of no use under another. */
  readonly version?: string;
  readonly nodes: Float32Array;
  readonly nodeWidth: number;
  readonly edges: Int32Array;
  /** A rule is described by features of its two sides, never by its number, so that a policy outlives the rule set. */
  readonly moves: Float32Array;
  readonly moveWidth: number;
  readonly moveNodes: readonly (readonly number[])[];
}

/** Any plugin. */
export type AnyPlugin = Dialect | Backend | SearchStrategy;
