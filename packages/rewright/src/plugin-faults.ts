import { RuleError } from "@rewright/dsl";
import type { Backend, CostModel, Dialect, Graph, GraphNode } from "@rewright/plugin";
import { InputError } from "./errors.ts";

/**
 * Looks for what a backend's dialects cannot be beside each other and the host's.
 *
 * @throws InputError naming the backend
 */
export function checkDialects(backend: Backend, host: Dialect): void {
  const names = new Set([host.name]);
  const owners = new Map(Object.keys(host.ops).map((op) => [op, host.name]));
  for (const { name, ops } of backend.dialects ?? []) {
    if (names.has(name))
      throw new InputError(
        `backend \`${backend.name}\`: two dialects are called \`${name}\`: rules could not tell them apart; rename one`,
      );
    names.add(name);
    for (const op of Object.keys(ops)) {
      const owner = owners.get(op);
      if (owner !== undefined)
        throw new InputError(
          `backend \`${backend.name}\`: ${op} of dialect \`${name}\` is an operator of \`${owner}\`, too: put it behind a domain, such as \`com.example.${op}\``,
        );
      owners.set(op, name);
    }
  }
}

/** Mistakes in rule files, as their caller should see them: those of a backend's own files are the backend's. */
export function blamedRules(error: unknown, backend: Backend): unknown {
  const own = new Set(backend.rules?.map(({ file }) => file));
  if (!(error instanceof RuleError) || error.diagnostics.length === 0) return error;
  if (!error.diagnostics.every(({ span }) => own.has(span.file))) return error;
  return new InputError(`backend \`${backend.name}\`: its rules do not compile: ${error.message}`, {
    cause: error,
  });
}

/** @throws InputError where even the cheapest program is out of the target's reach, naming the operators that keep it there */
export function checkReach(backend: Backend, costs: CostModel, { cost, graph }: Program): void {
  if (cost < Number.POSITIVE_INFINITY) return;
  const beyond = graph.nodes.filter((node) => isBeyond(node, costs)).map(({ op }) => op);
  const which = [...new Set(beyond)].sort().join(", ");
  throw new InputError(
    `backend \`${backend.name}\` cannot run the model: every program found for it holds operators that cost Infinity (${which}): give them a finite cost, or rules that replace them`,
  );
}

/** A program that was found, and what it costs. */
interface Program {
  readonly cost: number;
  readonly graph: Graph;
}

function isBeyond(node: GraphNode, costs: CostModel): boolean {
  try {
    return costs.cost(node) === Number.POSITIVE_INFINITY;
  } catch {
    return false; // of a node whose sizes are open, it need not say anything
  }
}
