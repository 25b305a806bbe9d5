import type { Source } from "@rewright/plugin";
import { onnx } from "@rewright/tensor";
import { GraphDraft } from "../src/graph-draft.ts";
import type { ReferenceProgram } from "../src/index.ts";

/** Attention as exporters spell it: its scores multiplied or divided, with a mask or without. */
export function attentions(): readonly ReferenceProgram[] {
  return ["Mul", "Div"].flatMap((scaling) =>
    [true, false].map((masked): ReferenceProgram => {
      const d = new GraphDraft([onnx]);
      const [q, k, v] = [0, 1, 2].map(() => d.input([8, 12, 128, 64])) as [Source, Source, Source];
      const keys = d.node("Transpose", [k], { perm: [0, 1, 3, 2] });
      const scale = d.number(scaling === "Mul" ? 0.125 : 8);
      const scaled = d.node(scaling, [d.node("MatMul", [q, keys]), scale]);
      const scores = masked ? d.node("Add", [scaled, d.input([8, 1, 128, 128])]) : scaled;
      const graph = d.graph(d.node("MatMul", [d.node("Softmax", [scores], { axis: 3 }), v]));
      return { name: `attention by ${scaling}${masked ? ", masked" : ""}`, graph };
    }),
  );
}
