import { ModelBuilder, type Value } from "@rewright/onnx";
import { adapted, encoderLayer, fixedSizes } from "./transformer.ts";
import { weights } from "./weights.ts";

/** The sizes of a LoRA-adapted transformer block. */
export interface LoraOptions {
  readonly layers?: number;
  readonly hidden?: number;
  readonly heads?: number;
  readonly batch?: number;
  readonly sequence?: number;
  /** Of the adapters. */
  readonly rank?: number;
  readonly seed?: number;
}

/** Transformer blocks whose query and value projections carry a low-rank adapter that nobody merged. */
export function lora(options: LoraOptions = {}): Uint8Array {
  const {
    layers = 1,
    hidden = 256,
    heads = 4,
    batch = 1,
    sequence = 64,
    rank = 8,
    seed = 1,
  } = options;
  const b = new ModelBuilder("lora", { opset: 14 });
  const site = { b, w: weights(seed) };
  const sizes = fixedSizes(b, { batch, sequence, hidden, heads });
  let x: Value = b.input("x", "f32", [batch, sequence, hidden]);
  for (let i = 0; i < layers; i++)
    x = encoderLayer(site, x, sizes, 4 * hidden, undefined, adapted(rank));
  b.output("y", x);
  return b.bytes();
}
