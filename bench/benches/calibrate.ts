import { availableParallelism, loadavg } from "node:os";
import { type CpuCalibration, cpu, localPart, Timer } from "@rewright/backend-cpu";
import { gpu } from "@rewright/backend-gpu";
import { tpu } from "@rewright/backend-tpu";
import { readModel } from "@rewright/onnx";
import type { CostModel, Graph, NodeView } from "@rewright/plugin";
import { onnx } from "@rewright/tensor";
import type { Bench, Row } from "../bench.ts";
import { available, build, entries } from "../models/index.ts";

type Side = Pick<Row, "ours" | "peer">;

/** What is smaller is better. */
const less = (name: string, unit: string, { ours, peer }: Side, further: object = {}): Row => {
  const ratio = ours > 0 ? peer / ours : 1;
  return { name, ours, peer, unit, ratio, low: ratio, high: ratio, ...further };
};

/** What is larger is better. */
const more = (name: string, unit: string, { ours, peer }: Side, further: object = {}): Row => {
  const ratio = peer > 0 ? ours / peer : 1;
  return { name, ours, peer, unit, ratio, low: ratio, high: ratio, ...further };
};

function* calibrationRows(found: CpuCalibration): Generator<Row> {
  const { heldOut, decisions, noise, programs, pairs } = found;
  const of = heldOut.programs;
  yield less(
    "noise of measuring",
    "% error",
    {
      ours: 100 * noise.error,
      peer: 100 * noise.error,
    },
    { of: programs + 2 * pairs, tau: noise.correlation },
  );
  yield less(
    "held-out family",
    "% error",
    { ours: 100 * heldOut.error, peer: 100 * heldOut.roofline.error },
    { of, tau: heldOut.correlation, tauPeer: heldOut.roofline.correlation },
  );
  yield more(
    "choices between equal programs",
    "% right",
    { ours: 100 * decisions.right, peer: 100 * decisions.roofline.right },
    { of: decisions.clear, regret: 100 * decisions.regret },
  );
  for (const [family, own] of Object.entries(decisions.families))
    yield more(
      family,
      "% right",
      { ours: 100 * own.right, peer: 100 * (decisions.roofline.families[family]?.right ?? 0) },
      {
        of: own.clear,
        regret: 100 * own.regret,
        regretPeer: 100 * (decisions.roofline.families[family]?.regret ?? 0),
      },
    );
}

/** Kendall's τ without ties. */
function tau(a: readonly number[], b: readonly number[]): number {
  let sum = 0;
  let pairs = 0;
  for (let i = 0; i < a.length; i++)
    for (let j = 0; j < i; j++) {
      sum += Math.sign(
        ((a[i] as number) - (a[j] as number)) * ((b[i] as number) - (b[j] as number)),
      );
      pairs++;
    }
  return pairs === 0 ? 0 : sum / pairs;
}

const sizes = (graph: Graph, shapes: Readonly<Record<string, readonly number[]>> = {}) => {
  const bind: Record<string, number> = {};
  for (const { name, type } of graph.inputs)
    type.shape.forEach((dim, i) => {
      if (typeof dim === "string") bind[dim] ??= shapes[name]?.[i] ?? 8;
    });
  return bind;
};

/**
 * Real models: nothing like them was fitted to. They are timed as the programs of a calibration are, beside the same reference, whose time is the
 * calibration's: what else goes on in the machine would otherwise count as an error of the prediction.
 */
async function* modelRows(
  backends: readonly [ours: CostModel, peer: CostModel],
  reference: number,
  quick: boolean,
): AsyncGenerator<Row> {
  const seen: { measured: number; ours: number; peer: number }[] = [];
  const signal = new AbortController().signal;
  const options = { threads: 1, milliseconds: quick ? 200 : 1000 };
  const dialects = [onnx, ...(cpu().dialects ?? [])];
  const timers = [await Timer.start(options), await Timer.start(options)];
  for (const entry of entries.filter(available)) {
    const bytes = build(entry);
    const { graph } = readModel(bytes, { dialects });
    const bind = sizes(graph, "shapes" in entry ? entry.shapes : {});
    if (Object.keys(bind).length > 0) continue; // the whole-program cost has no sizes for open dimensions
    let logarithms = 0;
    for (const timer of timers)
      logarithms += Math.log((await timer.time([bytes])).ratios[0] as number);
    const measured = reference * Math.exp(logarithms / timers.length);
    const [ours, peer] = (await Promise.all(
      backends.map((model) => model.rank?.(graph, signal) ?? 0),
    )) as [number, number];
    seen.push({ measured, ours, peer });
    yield less(
      entry.name,
      "% error",
      {
        ours: 100 * Math.abs(ours / measured - 1),
        peer: 100 * Math.abs(peer / measured - 1),
      },
      { measured, predicted: ours },
    );
  }
  await Promise.all(timers.map((timer) => timer.close()));
  const measured = seen.map((one) => one.measured);
  const error = (key: "ours" | "peer"): number =>
    (100 / seen.length) * seen.reduce((sum, one) => sum + Math.abs(one[key] / one.measured - 1), 0);
  yield less(
    "all real models",
    "% error",
    { ours: error("ours"), peer: error("peer") },
    {
      of: seen.length,
      tau: tau(
        seen.map((one) => one.ours),
        measured,
      ),
      tauPeer: tau(
        seen.map((one) => one.peer),
        measured,
      ),
    },
  );
}

/** Operators of real architectures, as the extractor asks about them. */
function operators(): readonly NodeView[] {
  const names = new Set(["bert-encoder", "inception-v3", "mobilenet-v2", "wavenet", "vit"]);
  return entries
    .filter(({ name }) => names.has(name))
    .flatMap((entry) => readModel(build(entry)).graph.nodes)
    .filter(
      ({ opaque, operands }) =>
        opaque === undefined && operands.some((one) => one && !one.constant),
    );
}

/** Calls of `cost` in a second of processor time: the best of several rounds. */
function callsPerSecond({ cost }: CostModel, nodes: readonly NodeView[]): number {
  let best = 0;
  let sum = 0;
  for (let round = 0; round < 12; round++) {
    const begin = process.cpuUsage();
    let calls = 0;
    for (let turn = 0; turn < 40; turn++)
      for (const node of nodes) {
        sum += cost(node);
        calls++;
      }
    const { user, system } = process.cpuUsage(begin);
    best = Math.max(best, (1e6 * calls) / (user + system));
  }
  if (!(sum > 0)) throw new Error("the operators cost nothing");
  return best;
}

/** The CPU's costs as measured here beside the shipped ones, and how fast cost models answer. */
export const bench: Bench = {
  about: `Predicted against measured times of ONNX Runtime on this machine, one thread, processor time (load ${loadavg()[0]?.toFixed(1)} on ${availableParallelism()} cores when it began): ours is the calibrated model, the peer the shipped roofline of this processor on the same programs, both with what the runtime fuses. The held-out family is of kinds that were not fitted to; choices are between equal programs that differ by more than 3 %, each family of rewrites left out of the fit in turn; regret is by how many percent the chosen program is slower than the better one, on average; tau is Kendall's. Real models: the file's predicted and measured µs, timed beside the same reference as the programs of the calibration. Calls: of \`cost\` a second, the peer being the target.`,
  columns: ["of", "tau", "tauPeer", "regret", "regretPeer", "measured", "predicted"],
  async *run({ quick, names }): AsyncGenerator<Row> {
    const wanted = (name: string): boolean => names.length === 0 || names.includes(name);
    const part = localPart();
    const shipped = cpu({ part });
    let calibration: Readonly<Record<string, unknown>> | undefined;
    if (wanted("fit") || wanted("models")) {
      const { calibrate } = cpu({ part, seconds: quick ? 20 : 150 });
      calibration = await calibrate?.(new AbortController().signal, (done, of) =>
        process.stderr.write(`\rmeasured ${done} of ${of} `),
      );
      process.stderr.write("\n");
      if (wanted("fit")) yield* calibrationRows(calibration as unknown as CpuCalibration);
    }
    if (calibration && wanted("models"))
      yield* modelRows(
        [cpu({ calibration }).costModel, shipped.costModel],
        (calibration as unknown as CpuCalibration).reference,
        quick,
      );
    if (!wanted("calls")) return;
    const nodes = operators();
    const models: Readonly<Record<string, CostModel>> = {
      cpu: shipped.costModel,
      ...(calibration && { "cpu, calibrated": cpu({ calibration }).costModel }),
      gpu: gpu().costModel,
      tpu: tpu().costModel,
    };
    for (const [name, model] of Object.entries(models))
      yield more(`cost: ${name}`, "calls/s", { ours: callsPerSecond(model, nodes), peer: 1e6 });
  },
};
