import type { Architecture } from "./network.ts";
import { Policy } from "./policy.ts";
import { writePolicy } from "./policy-file.ts";
import { type Point, Trainer, type TrainerOptions } from "./trainer.ts";
import { Walk } from "./walk.ts";

/** How to train, and what to leave behind. */
export interface TrainOptions extends Omit<TrainerOptions, "policy"> {
  /** Updates in all, those before a checkpoint included. 100 unless said. */
  readonly updates?: number;
  /** Where to go on from; it is changed. An untrained one unless said. */
  readonly policy?: Policy;
  /** Of an untrained policy, where it differs from {@link defaultArchitecture}. */
  readonly architecture?: Partial<Architecture>;
  /** A file that the state is kept in, written whenever sessions are opened anew (`fresh`). If it is there, training goes on from it. */
  readonly checkpoint?: string;
  /** A file to which each update adds a line of JSON; updates made once more are in it once more. */
  readonly log?: string;
  /** A file for the policy in the end. */
  readonly save?: string;
  /** Called after each update. */
  readonly onProgress?: (progress: Progress) => void;
  /** Ends training after the update under way. */
  readonly signal?: AbortSignal;
}

/** How far training has come. */
export interface Progress extends Point {
  /** Updates in all. */
  readonly of: number;
  /** Milliseconds since the beginning, or since it went on. */
  readonly ms: number;
  /** All updates so far. */
  readonly curve: readonly Point[];
}

/**
 * Trains a policy on problems and returns it. The same options give the same weights, with a checkpoint in between or without;
 * with `computing: "reference"` on other machines, too.
 *
 * @throws PolicyError where a session shows no features, or the checkpoint is no use
 */
export async function train(options: TrainOptions): Promise<Policy> {
  const { updates = 100, checkpoint, log, save, onProgress, signal } = options;
  const files = await import("node:fs");
  const trainer = new Trainer({ ...options, policy: options.policy ?? untrained(options) });
  if (checkpoint !== undefined && files.existsSync(checkpoint))
    trainer.load(files.readFileSync(checkpoint), checkpoint);
  let kept = trainer.save();
  const start = performance.now();
  while (trainer.curve.length < updates && !signal?.aborted) {
    const point = await trainer.update();
    const ms = performance.now() - start;
    if (log !== undefined) files.appendFileSync(log, `${JSON.stringify({ ...point, ms })}\n`);
    onProgress?.({ ...point, of: updates, ms, curve: trainer.curve });
    if (checkpoint !== undefined && trainer.save() !== kept) {
      kept = trainer.save();
      write(files, checkpoint, kept);
    }
  }
  const policy = trainer.result();
  if (save !== undefined) write(files, save, writePolicy(policy));
  return policy;
}

/** A policy for what the first problem shows. */
function untrained({ problems, architecture, seed, moves = 500, computing }: TrainOptions): Policy {
  const [first] = problems;
  if (!first) throw new RangeError("there are no problems to practise on");
  const walk = new Walk(first.open(), moves);
  return Policy.fresh(walk.observe(walk.moves()), architecture, seed, computing);
}

/** As a whole or not at all: what was there stays until all of it is written. */
function write(files: typeof import("node:fs"), file: string, bytes: Uint8Array): void {
  files.writeFileSync(`${file}.part`, bytes);
  files.renameSync(`${file}.part`, file);
}
