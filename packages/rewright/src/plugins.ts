import type { Backend, SearchStrategy } from "@rewright/plugin";
import { InputError } from "./errors.ts";

/** The targets that come with the package. */
export const backendNames = ["cpu", "gpu", "tpu"] as const;
/** One of them. */
export type BackendName = (typeof backendNames)[number];
/** The strategies that come with the package. */
export const strategyNames = [
  "auto",
  "saturate",
  "greedy",
  "beam",
  "anneal",
  "regrow",
  "mcts",
  "rl",
  "random",
] as const;
/** One of them. */
export type StrategyName = (typeof strategyNames)[number];

/** What a state of the search may be. */
export const spaceNames = ["growth", "substitution"] as const;
/** One of these. */
export type SpaceName = (typeof spaceNames)[number];

/** This machine, as a backend is to price it: with so many threads, by its own figures or by what was measured. */
export interface Here {
  readonly threads: number;
  /** What the backend's `calibrate` found on this machine. */
  readonly calibration?: Readonly<Record<string, unknown>>;
  /** Seconds that its `calibrate` may measure. */
  readonly seconds?: number;
}

// Imported when asked for: `--help` should not wait for what it does not use.
const backends: Readonly<Record<BackendName, (here: Here | undefined) => Promise<Backend>>> = {
  cpu: async (here) => {
    const { cpu, localPart } = await import("@rewright/backend-cpu");
    return cpu(here ? { part: localPart(), ...here } : {});
  },
  gpu: async () => (await import("@rewright/backend-gpu")).gpu(),
  tpu: async () => (await import("@rewright/backend-tpu")).tpu(),
};
const strategies: Readonly<Record<StrategyName, () => Promise<SearchStrategy>>> = {
  auto: async () => {
    const [{ auto }, { mcts }] = await Promise.all([
      import("@rewright/search"),
      import("@rewright/search-mcts"),
    ]);
    // Few simulations a move, and soon another window: a state takes long to price.
    return auto({ besides: [mcts({ simulations: 16, patience: 1 })] });
  },
  saturate: async () => (await import("@rewright/search")).saturate(),
  greedy: async () => (await import("@rewright/search")).greedy(),
  beam: async () => (await import("@rewright/search")).beam(),
  anneal: async () => (await import("@rewright/search")).anneal(),
  regrow: async () => (await import("@rewright/search")).regrow(),
  random: async () => (await import("@rewright/search")).random(),
  mcts: async () => (await import("@rewright/search-mcts")).mcts(),
  rl: async () => (await import("@rewright/search-rl")).rl(),
};

/**
 * The backend of that name, or the plugin itself.
 *
 * @param here price for this machine's own processor; otherwise for the same one everywhere, so that a result can be reproduced
 */
export async function backendOf(backend: Backend | BackendName, here?: Here): Promise<Backend> {
  return typeof backend === "string" ? backends[backend](here) : backend;
}

/**
 * A backend that comes with the package, for one of the processors that it knows by name.
 *
 * @throws InputError naming the known ones
 */
export async function backendFor(backend: BackendName, part: string): Promise<Backend> {
  try {
    switch (backend) {
      case "cpu":
        return (await import("@rewright/backend-cpu")).cpu({ part });
      case "gpu":
        return (await import("@rewright/backend-gpu")).gpu({ part });
      case "tpu":
        return (await import("@rewright/backend-tpu")).tpu({ part });
    }
  } catch (error) {
    throw error instanceof RangeError ? new InputError(error.message) : error;
  }
}

/** The strategy of that name, or the plugin itself. */
export async function strategyOf(strategy: SearchStrategy | StrategyName): Promise<SearchStrategy> {
  return typeof strategy === "string" ? strategies[strategy]() : strategy;
}
