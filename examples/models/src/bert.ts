import { ModelBuilder, type Value } from "@rewright/onnx";
import {
  adapted,
  encoderLayer,
  fixedSizes,
  layerNorm,
  openSizes,
  type Site,
} from "./transformer.ts";
import { index, ints, scalar, weights } from "./weights.ts";

/** The sizes of a BERT. */
export interface BertOptions {
  readonly layers?: number;
  readonly hidden?: number;
  readonly heads?: number;
  /** Width of the feed-forward layers (default 4 × hidden). */
  readonly inner?: number;
  readonly vocabulary?: number;
  readonly batch?: number;
  readonly sequence?: number;
  /** Leave batch and sequence open, computing shapes in the graph, as an export with dynamic axes does. */
  readonly dynamic?: boolean;
  /** Rank of the low-rank adapters on queries and values; none unless given. */
  readonly adapters?: number;
  readonly seed?: number;
}

/** The sizes that Google published (Turc et al., "Well-Read Students Learn Better", table 1), and BERT-base. */
export const bertSizes = {
  tiny: { layers: 2, hidden: 128, heads: 2 },
  mini: { layers: 4, hidden: 256, heads: 4 },
  small: { layers: 4, hidden: 512, heads: 8 },
  base: { layers: 12, hidden: 768, heads: 12 },
} as const satisfies Readonly<Record<string, BertOptions>>;

function encoder(
  name: string,
  options: BertOptions,
): { site: Site; output: Value; hidden: number } {
  const { layers = 2, hidden = 128, heads = 2, vocabulary = 1000 } = options;
  const { batch = 1, sequence = 128, dynamic = false, inner = 4 * hidden, seed = 1 } = options;
  const project = options.adapters === undefined ? undefined : adapted(options.adapters);
  const b = new ModelBuilder(name, { opset: 14 });
  const site = { b, w: weights(seed) };
  const shape = dynamic ? ["batch", "sequence"] : [batch, sequence];
  const ids = b.input("input_ids", "i64", shape);
  const maskIn = b.input("attention_mask", "i64", shape);
  const types = b.input("token_type_ids", "i64", shape);
  const sizes = dynamic
    ? openSizes(b, { hidden, heads })
    : fixedSizes(b, { batch, sequence, hidden, heads });

  const wide = b.node("Unsqueeze", [
    b.node("Unsqueeze", [maskIn, b.constant(ints(1))]),
    b.constant(ints(2)),
  ]);
  const absent = b.node("Sub", [b.constant(scalar(1)), b.node("Cast", [wide], { to: 1 })]);
  const mask = b.node("Mul", [absent, b.constant(scalar(-10000))]);

  const table = (rows: number): Value => b.constant(site.w.normal([rows, hidden], 0.5));
  const words = b.node("Gather", [table(vocabulary), ids]);
  const kinds = b.node("Gather", [table(2), types]);
  const positions = dynamic
    ? b.node("Slice", [
        table(512),
        b.constant(ints(0)),
        b.node("Unsqueeze", [
          b.node("Gather", [b.node("Shape", [ids]), b.constant(index(1))]),
          b.constant(ints(0)),
        ]),
        b.constant(ints(0)),
      ])
    : table(sequence);
  let x = b.node("Add", [b.node("Add", [words, kinds]), positions]);
  x = layerNorm(site, x, hidden);
  for (let i = 0; i < layers; i++) x = encoderLayer(site, x, sizes, inner, mask, project);
  return { site, output: x, hidden };
}

/** BERT's encoder: token ids in, the last hidden states of all positions out. */
export function bert(options: BertOptions = {}): Uint8Array {
  const { site, output } = encoder("bert", options);
  site.b.output("last_hidden_state", output);
  return site.b.bytes();
}

/** BERT as a classifier: of the last hidden states only the first row, [CLS], is read: pooler, then a linear layer. */
export function bertClassifier(
  options: BertOptions & { readonly classes?: number } = {},
): Uint8Array {
  const { classes = 2 } = options;
  const { site, output, hidden } = encoder("bert-classifier", options);
  const { b, w } = site;
  const gemm = (x: Value, from: number, to: number): Value =>
    b.node(
      "Gemm",
      [x, b.constant(w.normal([to, from], 1 / Math.sqrt(from))), b.constant(w.normal([to], 0.1))],
      {
        transB: 1,
      },
    );
  const first = b.node("Gather", [output, b.constant(index(0))], { axis: 1 });
  const pooled = b.node("Tanh", [gemm(first, hidden, hidden)]);
  b.output("logits", gemm(pooled, hidden, classes));
  return b.bytes();
}
