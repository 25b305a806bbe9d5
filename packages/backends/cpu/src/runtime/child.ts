/**
 * The process in which ONNX Runtime lives: it answers the questions of `protocol.ts`, one at a time.
 * A process of its own, since a native library can neither be interrupted nor be kept from aborting.
 */
import { readFileSync } from "node:fs";
import { Worker } from "node:worker_threads";
import type { InferenceSession, Tensor } from "onnxruntime-node";
import type { Answer, Question, Questions, WireSession, WireValue } from "./protocol.ts";
import { stopwatch } from "./stopwatch.ts";
import type { WireTensor } from "./tensor.ts";

type Runtime = typeof import("onnxruntime-node");
type Feeds = Record<string, Tensor>;

const sessions = new Map<number, InferenceSession>();
let created = 0;

async function load(ort: Runtime, ask: Questions["load"][0]): Promise<WireSession> {
  const options: InferenceSession.SessionOptions = {
    executionProviders: ["cpu"],
    graphOptimizationLevel: ask.level,
    intraOpNumThreads: ask.threads,
    interOpNumThreads: 1,
    logSeverityLevel: 3,
    extra: {
      session: {
        // Else the threads of one session go on spinning while another is being timed.
        force_spinning_stop: "1",
        ...(ask.directory === undefined
          ? {}
          : { model_external_initializers_file_folder_path: ask.directory }),
      },
    },
  };
  const { model } = ask;
  const session =
    typeof model === "string"
      ? await ort.InferenceSession.create(model, options)
      : await ort.InferenceSession.create(
          model instanceof Uint8Array ? model : readFileSync(model.file),
          options,
        );
  sessions.set(++created, session);
  return {
    session: created,
    inputs: session.inputMetadata.map(describe),
    outputs: session.outputMetadata.map(describe),
  };
}

function describe(value: InferenceSession.ValueMetadata): WireValue {
  return value.isTensor
    ? { name: value.name, type: value.type, shape: value.shape }
    : { name: value.name, type: "not a tensor", shape: [] };
}

function sessionOf(number: number): InferenceSession {
  const session = sessions.get(number);
  if (session === undefined) throw new Error("this session has been closed");
  return session;
}

function feedsOf(ort: Runtime, inputs: Readonly<Record<string, WireTensor>>): Feeds {
  const feeds: Feeds = {};
  for (const [name, { type, data, dims }] of Object.entries(inputs)) {
    feeds[name] = new ort.Tensor(type as "float32", data as Float32Array, dims);
  }
  return feeds;
}

async function run(ort: Runtime, ask: Questions["run"][0]): Promise<Questions["run"][1]> {
  const outputs = await sessionOf(ask.session).run(feedsOf(ort, ask.inputs));
  const answer: Record<string, WireTensor> = {};
  for (const [name, { type, data, dims }] of Object.entries(outputs)) {
    const view = data as ArrayBufferView;
    answer[name] = {
      type,
      dims: [...dims],
      data:
        type === "float16"
          ? new Uint16Array(view.buffer, view.byteOffset, view.byteLength / 2)
          : (data as WireTensor["data"]),
    };
  }
  return answer;
}

function time(ort: Runtime, ask: Questions["time"][0]): Promise<Questions["time"][1]> {
  const feeds = feedsOf(ort, ask.inputs);
  const [one, other] = ask.sessions.map(sessionOf) as [InferenceSession, InferenceSession];
  return stopwatch([() => one.run(feeds), () => other.run(feeds)], ask);
}

async function release(number: number): Promise<null> {
  const session = sessions.get(number);
  sessions.delete(number);
  await session?.release();
  return null;
}

function answer(ort: Runtime, question: Question): Promise<unknown> {
  switch (question.kind) {
    case "load":
      return load(ort, question.ask);
    case "run":
      return run(ort, question.ask);
    case "time":
      return time(ort, question.ask);
    case "release":
      return release(question.ask.session);
  }
}

function say(message: Answer): void {
  process.send?.(message);
}

const own = import.meta.url;
const limit = Number(process.argv[2] ?? Infinity);
new Worker(new URL(own.endsWith(".ts") ? "watchdog.ts" : "watchdog.js", own), {
  workerData: { bytes: limit, parent: process.ppid },
}).unref();
process.on("disconnect", () => process.exit());
// A terminal's Ctrl-C reaches the whole group of processes. When this one ends is its parent's to say.
process.on("SIGINT", () => {});

// The binding reads half-precision inputs as their bits only, and takes those only where JavaScript has no type of its own for them.
Reflect.deleteProperty(globalThis, "Float16Array");

try {
  const ort: Runtime = await import("onnxruntime-node");
  let turn: Promise<unknown> = Promise.resolve();
  process.on("message", (question: Question) => {
    turn = turn
      .then(() => answer(ort, question))
      .then(
        (value) => say({ kind: "answer", id: question.id, value }),
        (error: unknown) =>
          say({
            kind: "error",
            id: question.id,
            message: error instanceof Error ? error.message : String(error),
          }),
      );
  });
  say({ kind: "ready", version: ort.env.versions.node ?? ort.env.versions.common });
} catch (error) {
  say({ kind: "absent", message: error instanceof Error ? error.message : String(error) });
}
