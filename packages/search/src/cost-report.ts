import type { Graph } from "@rewright/plugin";

/** How a program is chosen from an e-graph: by what its trees cost; greedily under sharing; or by a search for the very cheapest. */
export type ExtractionKind = "tree" | "greedy" | "exact";

/** A program chosen in one of these ways. */
export interface ExtractedProgram {
  readonly kind: ExtractionKind;
  readonly graph: Graph;
  /** Under sharing: each node paid once. */
  readonly cost: number;
  /** As trees: a node paid as often as it is used. */
  readonly treeCost: number;
  /** No program costs less than this, under sharing: 0 unless looked for. */
  readonly bound: number;
  /** It is shown to be the cheapest under sharing. */
  readonly proven: boolean;
}

/** What the present state's program costs, by each way to choose it. */
export interface CostReport {
  readonly programs: readonly ExtractedProgram[];
  /** Where two ways to count put two of these programs in different orders, a sentence each: then whoever goes by trees is misled. */
  readonly disagreements: readonly string[];
}

/** Costs that differ by less than this share are equal. */
const EQUAL = 1e-9;

/** Compares programs by what they cost under sharing and as trees. */
export function reportCosts(programs: readonly ExtractedProgram[], unit: string): CostReport {
  const disagreements = programs.flatMap((one) =>
    programs
      .filter((other) => isLess(one.treeCost, other.treeCost) && isLess(other.cost, one.cost))
      .map(
        (other) =>
          `as trees, the program of \`${one.kind}\` is cheaper than that of \`${other.kind}\` (${said(one.treeCost)} and ${said(other.treeCost)} ${unit}); with what is shared paid once it is dearer (${said(one.cost)} and ${said(other.cost)} ${unit})`,
      ),
  );
  return { programs, disagreements };
}

const isLess = (a: number, b: number): boolean => a < b && b - a > EQUAL * b;

const said = (cost: number): string => String(Number(cost.toPrecision(6)));
