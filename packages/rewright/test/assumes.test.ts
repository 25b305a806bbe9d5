import { ModelBuilder } from "@rewright/onnx";
import { expect, test } from "vitest";
import { optimize } from "../src/index.ts";
import { atDesk } from "./cli.ts";

/** √(x · x), x not negative. */
function roots(): Uint8Array {
  const b = new ModelBuilder("roots", { opset: 17 });
  const x = b.node("Abs", [b.input("x", "f32", [16])]);
  b.output("y", b.node("Sqrt", [b.node("Mul", [x, x])]));
  return b.bytes();
}

const file = `import onnx from "dialect:onnx"
rules r { root: Sqrt(x * x) => x  assuming dim(x, 0) > 3  assuming x >= 0 }
`;

test("a report lists what was assumed, and not what was known", async () => {
  const source = { file: "r.rules", text: file };
  const { report } = await optimize(roots(), { rules: [source], measure: false });
  expect(report.rules).toMatchObject([{ name: "r.root", used: true, assumes: ["x >= 0"] }]);
});

test("and so does the command line", async () => {
  await atDesk(async (desk) => {
    const args = ["--rules", desk.file("r.rules", file), "--no-measure"];
    const { stdout } = await desk.rewright(["optimize", desk.file("m.onnx", roots()), ...args]);
    expect(stdout.match(/assuming .*/g)).toEqual(["assuming x >= 0"]);
  });
});
