import { execFileSync } from "node:child_process";
import { join } from "node:path";
import {
  add,
  gradients,
  index,
  input,
  matmul,
  mean,
  multiply,
  OnnxProgram,
  Program,
  propagate,
  type Runnable,
  reference,
  relu,
  simd,
  type Value,
} from "@rewright/autodiff";
import { ModelBuilder } from "@rewright/onnx";
import * as runtime from "onnxruntime-node";
import type { Bench, Row } from "../bench.ts";
import { installed } from "../peers/simplifiers.ts";

/** 1,000 nodes in 16 configurations. */
const NODES = 16_000;
const EDGES = 40_000;
const HIDDEN = 64;
const LAYERS = 3;

/** A step of training: layers of GraphSAGE (Hamilton, Ying and Leskovec, NIPS 2017), a score a node, the gradients of their mean square. */
function training(): { readonly outputs: readonly Value[]; readonly weights: readonly Value[] } {
  const [from, to] = [index("from", EDGES), index("to", EDGES)];
  let state: Value = input("x", NODES, HIDDEN);
  const weights: Value[] = [];
  const weight = (name: string, rows: number, columns: number): Value => {
    const made = input(name, rows, columns);
    weights.push(made);
    return made;
  };
  for (let l = 0; l < LAYERS; l++) {
    const around = propagate(state, from, to, NODES);
    const own = matmul(state, weight(`own${l}`, HIDDEN, HIDDEN));
    const theirs = matmul(around, weight(`theirs${l}`, HIDDEN, HIDDEN));
    state = relu(add(add(own, theirs), weight(`bias${l}`, 1, HIDDEN)));
  }
  const score = matmul(state, weight("last", HIDDEN, 1));
  const loss = mean(multiply(score, score));
  return { outputs: [loss, ...gradients(loss, weights)], weights };
}

/** The same numbers for every set of kernels. */
function filled<R extends Runnable>(program: R): R {
  const { weights } = training();
  for (const name of ["x", ...weights.map(({ attributes }) => attributes.name as string)])
    for (const [i] of program.input(name).entries())
      program.input(name)[i] = Math.sin(i * 12.9898) / 10;
  for (let e = 0; e < EDGES; e++) {
    program.input("from")[e] = (e * 7919) % NODES;
    program.input("to")[e] = (e * 104729) % NODES;
  }
  return program;
}

/** Milliseconds of CPU time, of each run after the first few. */
async function timed(program: Runnable, repeats: number): Promise<number[]> {
  const times: number[] = [];
  for (let i = 0; i < repeats + 2; i++) {
    const begin = process.cpuUsage();
    await program.run();
    const { user, system } = process.cpuUsage(begin);
    if (i >= 2) times.push((user + system) / 1000);
  }
  return times;
}

function numpy(python: string, repeats: number): number[] {
  const script = join(import.meta.dirname, "../peers/sage.py");
  const args = [NODES, EDGES, HIDDEN, LAYERS, repeats].map(String);
  return JSON.parse(execFileSync(python, [script, ...args], { encoding: "utf8" })) as number[];
}

type Side = () => number[] | Promise<number[]>;

/** The least of each side's times, taken in turns; the spread is that of the turns. */
async function row(name: string, turns: number, ours: Side, peer: Side): Promise<Row> {
  const pairs: [number, number][] = [];
  for (let turn = 0; turn < turns; turn++)
    pairs.push([Math.min(...(await ours())), Math.min(...(await peer()))]);
  const least = (side: 0 | 1): number => Math.min(...pairs.map((pair) => pair[side] as number));
  const ratios = pairs.map(([a, b]) => (b as number) / (a as number));
  return {
    name,
    ours: least(0),
    peer: least(1),
    unit: "ms",
    ratio: least(1) / least(0),
    low: Math.min(...ratios),
    high: Math.max(...ratios),
  };
}

/** A training step of a graph network with each set of kernels. */
export const bench: Bench = {
  about:
    "A training step of a graph network (GraphSAGE, 3 layers of 64, 1,000 nodes in 16 configurations, 40,000 edges; forwards and all gradients) on one thread: least CPU time. The peer of the vector kernels is NumPy with OpenBLAS and SciPy's sparse products, that of the others the vector kernels.",
  async *run({ quick }) {
    const [turns, repeats] = quick ? [2, 5] : [5, 10];
    const { outputs } = training();
    const vector = filled(new Program(outputs, simd()));
    const python = installed("scipy");
    if (python !== undefined)
      yield await row(
        "simd, beside NumPy",
        turns,
        () => timed(vector, repeats),
        () => numpy(python, repeats),
      );
    const model = new ModelBuilder("a training step", { opset: 18 });
    const onnx = filled(await OnnxProgram.compile(outputs, model, runtime));
    yield await row(
      "ONNX Runtime, beside simd",
      turns,
      () => timed(onnx, repeats),
      () => timed(vector, repeats),
    );
    const plain = filled(new Program(outputs, reference(32)));
    yield await row(
      "reference, beside simd",
      1,
      () => timed(plain, 2),
      () => timed(vector, repeats),
    );
  },
};
