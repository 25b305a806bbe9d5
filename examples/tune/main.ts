// Layouts and tiles of a TPU, chosen by the strategies that choose rewrites elsewhere: a setting is a state, a move sets one choice.
import { tpu } from "@rewright/backend-tpu";
import { bert } from "@rewright/example-models";
import { readModel } from "@rewright/onnx";
import { anneal, beam, configuration, greedy, random } from "@rewright/search";

const { graph } = readModel(bert({ layers: 1, hidden: 512, heads: 8, sequence: 256 }));
const space = tpu({ part: "v3" }).configurations?.(graph);
if (!space) throw new Error("this target leaves nothing open");
const size = space.choices.reduce((product, { values }) => product * values.length, 1);
console.log(`${space.choices.length} choices, ${size.toExponential(1)} settings`);

for (const strategy of [random(), greedy(), beam({ width: 2, depth: 24 }), anneal()]) {
  const session = configuration({
    space,
    graph,
    budget: { iterations: 5_000, seconds: 600 },
  });
  const before = session.cost();
  await session.run(strategy);
  const { cost, setting } = session.bestEver;
  const moved = setting.filter((value) => value !== 0).length;
  console.log(
    `${strategy.name.padEnd(8)} ${before.toFixed(1)} → ${cost.toFixed(1)} µs, ${moved} choices made otherwise, ${session.spent.iterations} settings tried`,
  );
}
