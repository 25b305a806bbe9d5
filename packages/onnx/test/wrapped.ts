import { create, toBinary } from "@bufbuild/protobuf";
import { tensorProto } from "../src/attribute.ts";
import { ModelProtoSchema } from "../src/generated/onnx_pb.ts";
import { attr, graph, node, parse } from "./models.ts";

/**
 * The model with all that it does in the branch of an If that is known to be chosen; `undefined` where its format has no constants there, or it
 * has none of ONNX's own operators.
 */
export function wrapped(model: Uint8Array): Uint8Array | undefined {
  const { graph: main, ...rest } = parse(model);
  const isPlain = rest.opsetImport.some(({ domain }) => domain === "" || domain === "ai.onnx");
  if (rest.irVersion < 4n || !isPlain) return undefined;
  const given = new Set(main.input.map(({ name }) => name));
  const defaults = main.initializer.filter(({ name }) => given.has(name));
  const names = main.output.map(({ name }) => name);
  const all = graph({
    ...{ name: "then", node: main.node, output: main.output, valueInfo: main.valueInfo },
    initializer: main.initializer.filter(({ name }) => !given.has(name)),
    sparseInitializer: main.sparseInitializer,
  });
  const nothing = graph({ name: "else" });
  const choice = node("If", ["the condition"], names, [
    attr.graph("then_branch", all),
    attr.graph("else_branch", nothing),
  ]);
  const condition = tensorProto({ dtype: "bool", shape: [], data: [1] }, "the condition");
  return toBinary(
    ModelProtoSchema,
    create(ModelProtoSchema, {
      ...rest,
      graph: graph({
        ...{ name: main.name, input: main.input, output: main.output },
        ...{ node: [choice], initializer: [...defaults, condition] },
      }),
    }),
  );
}
