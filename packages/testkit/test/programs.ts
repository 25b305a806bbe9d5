import type { Source } from "@rewright/plugin";
import { onnx } from "@rewright/tensor";
import { GraphDraft } from "../src/graph-draft.ts";
import type { ReferenceProgram } from "../src/index.ts";

const [batch, heads, length, depth] = [8, 12, 128, 64];
const scalings = ["Mul", "Div", "none"] as const;
/** A mask for each pair of query and key, or one of keys. */
const masks = { none: undefined, pairs: [batch, 1, length, length], keys: [batch, 1, 1, length] };

interface Spelling {
  readonly scaling: (typeof scalings)[number];
  readonly mask: keyof typeof masks;
}

/** Queries, keys and values are [batch, heads, length, depth], the keys transposed. */
function attend(
  d: GraphDraft,
  [q, keys, v]: readonly [Source, Source, Source],
  { scaling, mask }: Spelling,
): Source {
  let scores = d.node("MatMul", [q, keys]);
  if (scaling !== "none")
    scores = d.node(scaling, [scores, d.number(scaling === "Mul" ? 0.125 : 8)]);
  const shape = masks[mask];
  if (shape) scores = d.node("Add", [scores, d.input(shape)]);
  return d.node("MatMul", [d.node("Softmax", [scores], { axis: 3 }), v]);
}

/** Attention as exporters spell it: its scores multiplied or divided or neither, with a mask or without. */
export function attentions(): readonly ReferenceProgram[] {
  return scalings.flatMap((scaling) =>
    (["none", "pairs", "keys"] as const).map((mask): ReferenceProgram => {
      const d = new GraphDraft([onnx]);
      const [q, k, v] = [0, 1, 2].map(() => d.input([batch, heads, length, depth])) as [
        Source,
        Source,
        Source,
      ];
      const keys = d.node("Transpose", [k], { perm: [0, 1, 3, 2] });
      const graph = d.graph(attend(d, [q, keys, v], { scaling, mask }));
      return { name: `attention, ${scaling}, mask ${mask}`, graph };
    }),
  );
}

/** Attention whose heads lie side by side before and after it; the keys are brought forward and transposed at once. */
export function headsSideBySide(): readonly ReferenceProgram[] {
  const spellings: readonly Spelling[] = [
    { scaling: "Mul", mask: "none" },
    { scaling: "Mul", mask: "pairs" },
    { scaling: "none", mask: "none" },
  ];
  return spellings.map((spelling): ReferenceProgram => {
    const d = new GraphDraft([onnx]);
    const apart = (perm: readonly number[]): Source => {
      const x = d.input([batch, length, heads * depth]);
      const split = d.node("Reshape", [x, d.integers(batch, length, heads, depth)]);
      return d.node("Transpose", [split], { perm });
    };
    const operands = [apart([0, 2, 1, 3]), apart([0, 2, 3, 1]), apart([0, 2, 1, 3])] as const;
    const y = d.node("Transpose", [attend(d, operands, spelling)], {
      perm: [0, 2, 1, 3],
    });
    const joined = d.node("Reshape", [y, d.integers(batch, length, heads * depth)]);
    const { scaling, mask } = spelling;
    return { name: `heads side by side, ${scaling}, mask ${mask}`, graph: d.graph(joined) };
  });
}

/** Attention in which groups of queries share their keys and values (Ainslie et al., "GQA"), which are repeated for each of a group. */
export function sharedHeads(): readonly ReferenceProgram[] {
  const [shared, group] = [3, heads / 3];
  return (["none", "pairs"] as const).map((mask): ReferenceProgram => {
    const d = new GraphDraft([onnx]);
    const repeated = (): Source => {
      const x = d.node("Unsqueeze", [d.input([batch, shared, length, depth]), d.integers(2)]);
      const wide = d.node("Expand", [x, d.integers(batch, shared, group, length, depth)]);
      return d.node("Reshape", [wide, d.integers(batch, heads, length, depth)]);
    };
    const keys = d.node("Transpose", [repeated()], { perm: [0, 1, 3, 2] });
    const q = d.input([batch, heads, length, depth]);
    const graph = d.graph(attend(d, [q, keys, repeated()], { scaling: "Mul", mask }));
    return { name: `heads that share their keys, mask ${mask}`, graph };
  });
}

/** Products followed by what a kernel takes along, and neighbours that compute each element by itself. */
export function productsAndChains(): readonly ReferenceProgram[] {
  const endings = ["Relu", "Sigmoid", "Tanh"].flatMap((op) =>
    [true, false].map((biased): ReferenceProgram => {
      const d = new GraphDraft([onnx]);
      const y = d.node("MatMul", [d.input([256, 512]), d.weights(512, 512)]);
      const sum = biased ? d.node("Add", [y, d.weights(512)]) : y;
      return { name: `${op} of a product`, graph: d.graph(d.node(op, [sum])) };
    }),
  );
  const d = new GraphDraft([onnx]);
  const x = d.input([1024, 1024]);
  const sum = d.node("Add", [d.node("Tanh", [x]), d.input([1024, 1024])]);
  const chain = { name: "a chain", graph: d.graph(d.node("Mul", [sum, d.input([1024, 1024])])) };
  const g = new GraphDraft([onnx]);
  const gemm = g.node("Gemm", [g.input([64, 256]), g.weights(256, 256), g.weights(256)]);
  return [...endings, chain, { name: "a Gemm", graph: g.graph(g.node("Relu", [gemm])) }];
}
