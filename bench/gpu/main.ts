// pnpm bench:gpu: what the model of graphics processors says beside what a GPU takes, operator by operator, through PyTorch. Says so where there is none.
import { execFileSync, spawnSync } from "node:child_process";
import { join } from "node:path";
import { gpu, gpuPartNames } from "@rewright/backend-gpu";
import { kendallTau } from "@rewright/costmodel";
import type { DType, NodeView } from "@rewright/plugin";
import { onnx } from "@rewright/tensor";

interface Case {
  readonly op: string;
  readonly dtype: DType;
  readonly operands: readonly (readonly number[])[];
}

/** Products of all proportions, convolutions, attention, and what is bound by memory. */
function cases(): readonly Case[] {
  const found: Case[] = [];
  for (const dtype of ["f32", "f16", "bf16"] as const) {
    const add = (op: string, ...operands: readonly number[][]): void => {
      found.push({ op, dtype, operands });
    };
    for (const size of [64, 256, 512, 1024, 2048, 4096, 8192])
      add("MatMul", [size, size], [size, size]);
    for (const [m, k, n] of [
      [1, 4096, 4096],
      [16, 4096, 4096],
      [8192, 64, 64],
      [128, 16384, 128],
      [1408, 4096, 1536],
      [1408, 4096, 1537],
      [512, 768, 2304],
    ] as const)
      add("MatMul", [m, k], [k, n]);
    add("MatMul", [96, 128, 64], [96, 64, 128]);
    for (const side of [128, 1024, 4096, 8192]) {
      for (const op of ["Relu", "Tanh", "Softmax", "Transpose", "ReduceSum"]) add(op, [side, side]);
      add("Add", [side, side], [side, side]);
    }
    add("Conv", [32, 64, 56, 56], [64, 64, 3, 3]);
    add("Conv", [32, 256, 56, 56], [64, 256, 1, 1]);
    if (dtype !== "f32")
      for (const length of [128, 512, 2048]) {
        const heads = [8, 16, length, 64];
        add("Attention", heads, heads, heads);
      }
  }
  return found;
}

const attrs: Readonly<Record<string, NodeView["attrs"]>> = {
  Transpose: { perm: [1, 0] },
  Softmax: { axis: -1 },
  ReduceSum: { keepdims: 0 },
};

function nodeOf({ op, dtype, operands }: Case): NodeView {
  const types = operands.map((shape) => ({ dtype, shape, constant: false }));
  const kernel = op === "Conv" ? (operands[1]?.[2] ?? 1) : 1;
  const pads = Array<number>(4).fill((kernel - 1) / 2);
  const given = op === "Conv" ? { pads, kernel_shape: [kernel, kernel] } : (attrs[op] ?? {});
  const axes = { dtype: "i64", shape: [1], value: [-1], constant: true } as const;
  const all = op === "ReduceSum" ? [...types, axes] : types;
  const results = onnx.ops[op]?.infer(all, given, 1) ?? [];
  return { op, attrs: given, operands: all, results };
}

/** The device's name; `undefined` where there is none, or nothing to reach it by. */
function device(): { readonly name: string } | { readonly why: string } {
  const asked = spawnSync("nvidia-smi", ["--query-gpu=name", "--format=csv,noheader"], {
    encoding: "utf8",
  });
  const name = asked.status === 0 ? asked.stdout.trim().split("\n")[0] : undefined;
  if (!name) return { why: "no CUDA device here (nvidia-smi names none)" };
  const torch = spawnSync("python3", ["-c", "import torch; assert torch.cuda.is_available()"]);
  return torch.status === 0
    ? { name }
    : { why: `a ${name} is here, but python3 has no PyTorch that reaches it` };
}

/** The part whose name the device's holds: "NVIDIA H100 80GB HBM3". */
function partOf(name: string): string | undefined {
  const long = [...gpuPartNames].sort((a, b) => b.length - a.length);
  return long.find((part) => name.toUpperCase().includes(part.toUpperCase()));
}

function report(part: string, all: readonly Case[], measured: readonly (number | null)[]): void {
  const { cost } = gpu({ part }).costModel;
  const rows = all.flatMap((each, i) => {
    const took = measured[i];
    return took == null ? [] : [{ ...each, took, said: cost(nodeOf(each)) }];
  });
  for (const { op, dtype, operands, took, said } of rows) {
    const shapes = operands.map((shape) => `[${shape.join(", ")}]`).join(" ");
    console.log(
      `${op.padEnd(10)} ${dtype.padEnd(5)} ${shapes.padEnd(48)} ${took.toFixed(1).padStart(9)} µs, said ${said.toFixed(1)}`,
    );
  }
  const kinds = new Map(rows.map(({ op }) => [op, rows.filter((row) => row.op === op)]));
  for (const [op, some] of [...kinds, ["all", rows] as const]) {
    const errors = some.map(({ took, said }) => Math.abs(said / took - 1)).sort((a, b) => a - b);
    const mean = errors.reduce((sum, error) => sum + error, 0) / errors.length;
    const tau = kendallTau(
      some.map(({ said }) => said),
      some.map(({ took }) => took),
    );
    const percent = (x: number): string => `${(100 * x).toFixed(0)} %`;
    console.log(
      `${op.padEnd(10)} ${some.length} cases: mean error ${percent(mean)}, median ${percent(errors[errors.length >> 1] ?? 0)}, tau ${tau.toFixed(2)}`,
    );
  }
}

const found = device();
const part = "name" in found ? partOf(found.name) : undefined;
if ("why" in found) console.log(`skipped: ${found.why}`);
else if (part === undefined)
  console.log(`skipped: no figures of the ${found.name}: known are ${gpuPartNames.join(", ")}`);
else {
  const all = cases();
  const script = join(import.meta.dirname, "operators.py");
  const measured = execFileSync("python3", [script], {
    input: JSON.stringify(all),
    encoding: "utf8",
  });
  console.log(`${found.name}, as ${part}`);
  report(part, all, JSON.parse(measured) as readonly (number | null)[]);
}
