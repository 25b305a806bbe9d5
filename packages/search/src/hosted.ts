import type { Graph, SearchStrategy, Session } from "@rewright/plugin";
import type { StopReason } from "./budget.ts";
import type { Finalist } from "./finalist.ts";
import type { RuleStatistics } from "./statistics.ts";

/** A session over programs as its host sees it: what strategies see, and what a host asks before and after they drive it. */
export interface HostedSession extends Session {
  /** The best program that any state has shown so far. */
  readonly bestEver: Finalist;
  /** Why the run ended; while it goes on, why it would end now. */
  readonly stopped: StopReason;
  /** What strategies have said of how the search went, in order. */
  readonly notes: readonly string[];
  /** What each rule has done so far, in the rules' order. */
  readonly statistics: readonly RuleStatistics[];
  /** How large the present state is: e-nodes and classes; of one program, its nodes and its values. */
  readonly extent: { readonly nodes: number; readonly classes: number };
  /** The names of the rules that a program given out by this session rests on. Throws an Error on any other. */
  ruleUse(program: Graph | Finalist): readonly string[];
  /**
   * Lets inexact rules (`~>`) apply from now on, as long as the sum of their bounds, one for each application, stays within
   * `error`. Until then none does. Any program found rests on no more than that; a finalist says on how much.
   */
  tolerate(error: number): void;
  /**
   * At most `k` programs for a judge of whole graphs, the cheapest first and all different, the one that the session began with
   * among them. `varied`: also such as a judge that measures may like although they are not predicted to be cheaper.
   */
  finalists(k: number, options?: { readonly varied?: boolean }): readonly Finalist[];
  /**
   * Lets a strategy drive this session, on from its present state. Throws a `SearchError` that names the strategy if it throws,
   * misuses the session, or does not come to an end; what was found by then is kept.
   */
  run(strategy: SearchStrategy): Promise<void>;
}
