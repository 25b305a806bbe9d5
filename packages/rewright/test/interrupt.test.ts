import { existsSync, readdirSync, readFileSync } from "node:fs";
import { readModel } from "@rewright/onnx";
import { expect, test } from "vitest";
import { atDesk, improvable } from "./cli.ts";

/** Never saturates: the bounds of a slice that takes everything may be any, and there is always one beyond. */
const endless = `import onnx from "dialect:onnx"

rules endless {
  begin: Relu(x) => Slice(Relu(x), [0], [1000], [0], [1])
  go_on: Slice(x, [0], [e], [0], [1]) => Slice(x, [0], [e + 1], [0], [1]) when e >= 1000
}
`;

test.each(["reading", "searching", "verifying", "timing"])("Ctrl-C while %s", (phase) =>
  atDesk(async (desk) => {
    const model = desk.file("model.onnx", improvable());
    const more =
      phase === "searching"
        ? [
            "--rules",
            "default",
            "--rules",
            desk.file("endless.rules", endless),
            "--nodes",
            "20000000",
            "--memory",
            "8000",
          ]
        : [];
    const run = await desk.rewright(
      [
        "optimize",
        model,
        "-o",
        "out.onnx",
        "--json",
        "report.json",
        "--seconds",
        "100000",
        ...more,
      ],
      (text, child) => {
        if (text.includes(phase)) child.kill("SIGINT");
      },
    );
    expect(run.code).toBe(130);
    expect(run.stderr + run.stdout).not.toMatch(/^\s+at .*:\d+:\d+/m);
    const last = (run.stdout || run.stderr).trimEnd().split("\n").at(-1);
    if (existsSync(desk.path("out.onnx"))) {
      expect(last).toMatch(/interrupted: the best so far, verified, was written/);
      const report = desk.report();
      expect(report).toMatchObject({ verified: true, gained: true, output: "out.onnx" });
      expect(report.stopped).toBe("aborted");
      readModel(readFileSync(desk.path("out.onnx")));
    } else expect(last).toMatch(/interrupted: nothing was written/);
    expect(readdirSync(desk.folder).filter((name) => name.endsWith(".tmp"))).toEqual([]);
  }),
);
