import type { Backend, SearchStrategy } from "@rewright/plugin";

/** The targets that come with the package. */
export const backendNames = ["cpu", "gpu", "tpu"] as const;
/** One of them. */
export type BackendName = (typeof backendNames)[number];
/** The strategies that come with the package. */
export const strategyNames = ["saturate", "greedy", "mcts"] as const;
/** One of them. */
export type StrategyName = (typeof strategyNames)[number];

// Imported when asked for: `--help` should not wait for what it does not use.
const backends: Readonly<Record<BackendName, () => Promise<Backend>>> = {
  cpu: async () => (await import("@rewright/backend-cpu")).cpu(),
  gpu: async () => (await import("@rewright/backend-gpu")).gpu(),
  tpu: async () => (await import("@rewright/backend-tpu")).tpu(),
};
const strategies: Readonly<Record<StrategyName, () => Promise<SearchStrategy>>> = {
  saturate: async () => (await import("@rewright/search")).saturate(),
  greedy: async () => (await import("@rewright/search")).greedy(),
  mcts: async () => (await import("@rewright/search-mcts")).mcts(),
};

/** The backend of that name, or the plugin itself. */
export async function backendOf(backend: Backend | BackendName): Promise<Backend> {
  return typeof backend === "string" ? backends[backend]() : backend;
}

/** The strategy of that name, or the plugin itself. */
export async function strategyOf(strategy: SearchStrategy | StrategyName): Promise<SearchStrategy> {
  return typeof strategy === "string" ? strategies[strategy]() : strategy;
}
