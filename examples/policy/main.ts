// A policy for rewriting tensor programs: trained on small nets, kept in a file, and used on a larger net that it never saw.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gpu } from "@rewright/backend-gpu";
import { compileRules } from "@rewright/dsl";
import { lora, nasrnn } from "@rewright/example-models";
import { readModel } from "@rewright/onnx";
import type { Dialect } from "@rewright/plugin";
import { beam, greedy, type SubstitutionSession, substitution } from "@rewright/search";
import { demonstrate, imitate, Policy, type Problem, ppo, rl, train } from "@rewright/search-rl";
import { onnx, ruleFiles } from "@rewright/tensor";
import { optimize } from "rewright";

// What a search needs: the operators, the rules over them, and what each operator costs.
const backend = gpu({ part: "A100" });
const known = [onnx, ...(backend.dialects ?? [])];
const { rules, declared } = compileRules([...ruleFiles, ...(backend.rules ?? [])], {
  dialects: known,
});
const own: Dialect = { kind: "dialect", spec: 1, name: "declared", ops: declared };

/** A session in which a state is one program: what a policy walks through. */
function open(model: Uint8Array, iterations = 100_000): SubstitutionSession {
  return substitution({
    graph: readModel(model).graph,
    ...{ rules, dialects: [...known, own], costModel: backend.costModel },
    budget: { nodes: 1_000, seconds: 1e6, iterations },
  });
}

const small = [
  ...[32, 64].map((hidden) => ({ name: `nasrnn ${hidden}`, model: nasrnn({ hidden, steps: 1 }) })),
  { name: "lora 32", model: lora({ hidden: 32, heads: 2, sequence: 16 }) },
];
const problems: Problem[] = small.map(({ name, model }) => ({ name, open: () => open(model) }));
const unseen = nasrnn({ hidden: 128, steps: 2 });

const folder = mkdtempSync(join(tmpdir(), "policy-"));
const file = join(folder, "mine.policy");
try {
  // A warm start: what beam search does there.
  const first = open(unseen, 1);
  const policy = Policy.fresh(first.observe(first.moves({ granularity: "match" })));
  const examples = [];
  for (const problem of problems) examples.push(...(await demonstrate(problem, beam())));
  imitate(policy, examples, { epochs: 4 });
  // Then practice. `checkpoint` would let it go on where it was stopped.
  await train({
    ...{ problems, policy, algorithm: ppo({ rate: 2e-4 }), updates: 3, episodes: 4, horizon: 30 },
    save: file,
    onProgress: ({ update, of, fall }) =>
      console.log(`update ${update} of ${of}: the cost fell by ${(100 * fall).toFixed(1)} %`),
  });

  // Used without training, here and by whoever has the file.
  for (const strategy of [greedy(), rl({ policy: file })]) {
    const session = open(unseen, 300);
    const before = session.cost();
    await session.run(strategy);
    const { cost } = session.bestEver;
    console.log(`${strategy.name}: ${before.toFixed(1)} → ${cost.toFixed(1)} µs in 300 steps`);
  }
  const { report } = await optimize(unseen, {
    ...{ backend, strategy: rl({ policy: file }), space: "substitution", measure: false },
    budget: { nodes: 1_000, iterations: 300 },
  });
  console.log(`optimize: ${report.before.nodes} → ${report.after.nodes} operators, verified`);
} finally {
  rmSync(folder, { recursive: true });
}
