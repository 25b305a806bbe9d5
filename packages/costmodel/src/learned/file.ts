import { createHash } from "node:crypto";
import { DataError } from "./error.ts";
import { losses } from "./losses.ts";
import type { LearnedModel, Member, Weights } from "./model.ts";
import { type Architecture, parametersOf } from "./network.ts";
import type { Training } from "./training.ts";

/*
 * A model file is one line of JSON, which says all there is to know about it, and the numbers in the order that it lists them,
 * little-endian, of 32 bits (weights) or 64 (what the optimiser remembers).
 */

const FORMAT = "rewright cost model";
const VERSION = 1;

/** A file that is being trained holds what is needed to go on. */
export interface ModelFile {
  readonly model: LearnedModel;
  /** Where training stands, of each member, where it is not finished. */
  readonly training?: readonly Training[];
  /** What people want to know: what it was trained on, and how well it did. */
  readonly notes: Readonly<Record<string, unknown>>;
}

interface Header {
  readonly format: typeof FORMAT;
  readonly version: number;
  readonly sha256: string;
  readonly bytes: number;
  readonly notes: ModelFile["notes"];
  readonly model: Omit<LearnedModel, "members"> & {
    readonly members: readonly Omit<Member, "weights">[];
  };
  /** Steps done, of each member; null where training is finished. */
  readonly training: readonly { seed: number; step: number; optimised: number }[] | null;
}

const littleEndian = new Uint8Array(Uint16Array.of(1).buffer)[0] === 1;

function bytesOf(numbers: Float32Array | Float64Array): Uint8Array {
  const bytes = new Uint8Array(numbers.buffer, numbers.byteOffset, numbers.byteLength).slice();
  if (littleEndian) return bytes;
  const size = numbers.BYTES_PER_ELEMENT;
  for (let i = 0; i < bytes.length; i += size) bytes.subarray(i, i + size).reverse();
  return bytes;
}

const digest = (bytes: Uint8Array): string => createHash("sha256").update(bytes).digest("hex");

/** The weights of a network in a fixed order. */
function listed(weights: Weights, architecture: Architecture): Float32Array[] {
  return Object.keys(parametersOf(architecture)).map((name) => weights.get(name) as Float32Array);
}

/** A model as a file. */
export function writeModelFile({ model, training, notes }: ModelFile): Uint8Array {
  const { architecture } = model;
  const parts = [
    ...model.members.flatMap(({ weights }) => listed(weights, architecture)),
    ...(training ?? []).flatMap(({ weights, averaged, optimiser }) => [
      ...listed(weights, architecture),
      ...listed(averaged, architecture),
      ...optimiser.means,
      ...optimiser.squares,
    ]),
  ].map(bytesOf);
  const body = Buffer.concat(parts);
  const header: Header = {
    format: FORMAT,
    version: VERSION,
    sha256: digest(body),
    bytes: body.length,
    notes,
    model: {
      ...model,
      members: model.members.map(({ seed, mean, spread }) => ({ seed, mean, spread })),
    },
    training:
      training?.map(({ seed, step, optimiser }) => ({ seed, step, optimised: optimiser.steps })) ??
      null,
  };
  return Buffer.concat([Buffer.from(`${JSON.stringify(header)}\n`), body]);
}

const MOST_HEADER = 1 << 24;

/**
 * Reads a model file.
 *
 * @param name of the file, for messages
 * @throws DataError where it is none, of another version, cut short or changed
 */
export function readModelFile(bytes: Uint8Array, name: string): ModelFile {
  const again = "train it anew with `rewright train-cost`, or fetch it again";
  const end = bytes.subarray(0, MOST_HEADER).indexOf(10);
  let header: Header;
  try {
    header = JSON.parse(new TextDecoder().decode(bytes.subarray(0, Math.max(0, end)))) as Header;
  } catch {
    throw new DataError(
      `${name} is no learned cost model: name a file that \`rewright train-cost\` wrote`,
    );
  }
  if (header?.format !== FORMAT)
    throw new DataError(
      `${name} is no learned cost model: name a file that \`rewright train-cost\` wrote`,
    );
  if (header.version !== VERSION)
    throw new DataError(
      `${name} is a cost model of version ${header.version}, but version ${VERSION} is known here: update rewright, or train it anew`,
    );
  const body = new Uint8Array(bytes.subarray(end + 1)); // a copy, since Node's buffers share memory

  if (body.length !== header.bytes)
    throw new DataError(
      `${name} holds ${body.length} bytes of weights, not ${header.bytes}: it was cut short; ${again}`,
    );
  if (digest(body) !== header.sha256)
    throw new DataError(`${name} has been changed since it was written; ${again}`);
  const { architecture } = checked(header, name);
  const sizes = Object.entries(parametersOf(architecture)).map(
    ([parameter, [rows, columns]]) => [parameter, rows * columns] as const,
  );
  let at = 0;
  const take = (count: number, size: 4 | 8): Uint8Array => {
    const part = body.slice(at, at + count * size);
    at += count * size;
    if (part.length < count * size)
      throw new DataError(`${name} holds fewer numbers than it says; ${again}`);
    if (!littleEndian)
      for (let i = 0; i < part.length; i += size) part.subarray(i, i + size).reverse();
    return part;
  };
  const weights = (): Weights =>
    new Map(
      sizes.map(([parameter, size]) => [parameter, new Float32Array(take(size, 4).slice().buffer)]),
    );
  const remembered = (): Float64Array[] =>
    sizes.map(([, size]) => new Float64Array(take(size, 8).slice().buffer));
  const members = header.model.members.map((member) => ({ ...member, weights: weights() }));
  const training = header.training?.map(
    ({ seed, step, optimised }): Training => ({
      seed,
      step,
      weights: weights(),
      averaged: weights(),
      optimiser: { steps: optimised, means: remembered(), squares: remembered() },
    }),
  );
  if (at !== body.length) throw new DataError(`${name} holds more numbers than it says; ${again}`);
  return {
    model: { ...header.model, members },
    notes: header.notes,
    ...(training && { training }),
  };
}

/** The model's description, where it is one: a digest tells of damage, not of a file that somebody wrote by hand. */
function checked({ model, training }: Header, name: string): Header["model"] {
  const isWhole = (x: unknown, most: number): boolean =>
    Number.isInteger(x) && (x as number) >= 1 && (x as number) <= most;
  const a = model?.architecture;
  const isSound =
    (a?.network === "sage" || a?.network === "chebyshev") &&
    isWhole(a.hidden, 4096) &&
    isWhole(a.layers, 64) &&
    isWhole(a.nodeInputs, 1 << 16) &&
    isWhole(a.configInputs, 1 << 16) &&
    Number.isInteger(a.hops) &&
    Array.isArray(model.members) &&
    model.members.every(({ mean, spread }) => Number.isFinite(mean) && spread > 0) &&
    (training === null || Array.isArray(training)) &&
    losses.includes(model.recipe?.loss) &&
    typeof model.encoding?.vocabulary === "string" &&
    Number.isFinite(model.calibration?.slope) &&
    Number.isFinite(model.calibration?.intercept) &&
    Number.isFinite(model.typical);
  if (isSound) return model;
  throw new DataError(`${name} does not describe its network: train it anew`);
}
