// Plugins composed in code: the same model under three targets and three strategies, one of each written here.
import { gpu } from "@rewright/backend-gpu";
import { tpu } from "@rewright/backend-tpu";
import { lora } from "@rewright/example-models";
import type { Backend, NodeView, SearchStrategy, TensorType } from "@rewright/plugin";
import { mcts } from "@rewright/search-mcts";
import { optimize } from "rewright";

/** A target that pays for memory traffic and nothing else. */
const traffic = ({ gbps }: { gbps: number }): Backend => ({
  kind: "backend",
  spec: 1,
  name: "traffic",
  costModel: { unit: "µs", cost: (node) => bytes(node) / gbps / 1e3 },
});
const size = (t: TensorType): number =>
  t.shape.reduce<number>((n, d) => n * (typeof d === "number" ? d : 1), 1);
const bytes = (node: NodeView): number =>
  [...node.operands, ...node.results].reduce((n, t) => n + (t ? 4 * size(t) : 0), 0);

/** A strategy that knows the rules by their tags: simplify until nothing changes, then everything else once. */
const simplifyFirst = (): SearchStrategy => ({
  kind: "strategy",
  spec: 1,
  name: "simplify-first",
  search(session) {
    const simplifying = new Set(
      session.rules.filter((r) => r.tags.includes("simplify")).map((r) => r.name),
    );
    const moves = session.moves();
    const [first, rest] = [
      moves.filter((m) => simplifying.has(m.rule)),
      moves.filter((m) => !simplifying.has(m.rule)),
    ];
    while (!session.spent.all && session.apply(first) > 0);
    session.apply(rest);
    while (!session.spent.all && session.apply(first) > 0);
  },
});

const model = lora({ hidden: 64, sequence: 16 });
for (const [backend, strategy] of [
  [gpu({ part: "H100" }), "saturate"],
  [tpu({ part: "v5e" }), mcts({ simulations: 16 })],
  [traffic({ gbps: 25 }), simplifyFirst()],
] as const) {
  const { report } = await optimize(model, {
    backend,
    strategy,
    measure: false,
    budget: { nodes: 5000, iterations: 200 },
  });
  const { before, after, unit } = report;
  console.log(
    `${report.backend.padEnd(8)} ${report.strategy.padEnd(15)} ${before.predicted.toFixed(1)} → ${after.predicted.toFixed(1)} ${unit}, ${before.nodes} → ${after.nodes} operators`,
  );
}
