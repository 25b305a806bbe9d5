import { getEventListeners } from "node:events";
import { existsSync, readFileSync } from "node:fs";
import { cpu } from "@rewright/backend-cpu";
import type { Backend, Graph, SearchStrategy } from "@rewright/plugin";
import { describe, expect, test } from "vitest";
import { defaultRules, type OptimizeOptions, optimize, rules } from "../src/index.ts";
import { atDesk, improvable, minimal } from "./cli.ts";

describe("optimize", () => {
  test("finds, verifies and writes a cheaper program", async () => {
    const { model, report } = await optimize(improvable(), { measure: false });
    expect(report).toMatchObject({
      gained: true,
      verified: true,
      speedup: null,
      stopped: "saturated",
    });
    expect(report.after.nodes).toBeLessThan(report.before.nodes);
    expect(report.after.predicted).toBeLessThan(report.before.predicted);
    expect(report.maxRel).toBeLessThan(1e-5);
    const used = report.rules.filter((r) => r.used).map((r) => r.name);
    expect(used).toEqual(expect.arrayContaining(["twice.relu_relu", "gathering.gather_row"]));
    for (const { file, line, name } of report.rules) {
      const source =
        defaultRules.find((r) => r.file === file) ?? cpu().rules?.find((r) => r.file === file);
      expect(source?.text.split("\n")[line - 1]).toContain(name.split(".")[1]?.replace("⁻¹", ""));
    }
    // What was found is a program like any other: there is nothing left to find in it.
    const again = await optimize(model, { measure: false });
    expect(again.report.after.predicted).toBeLessThanOrEqual(report.after.predicted * 1.0001);
  });

  test("gives the input's bytes where nothing is gained", async () => {
    const bytes = minimal();
    const { model, report } = await optimize(bytes);
    expect(Buffer.compare(model, bytes)).toBe(0);
    expect(report).toMatchObject({ gained: false, verified: true, speedup: 1, maxAbs: 0 });
  });

  test.each(["saturate", "greedy", "mcts", "rl", "auto"] as const)(
    "%s repeats bit for bit",
    async (strategy) => {
      const run = () =>
        optimize(improvable(), {
          strategy,
          measure: false,
          seed: 3,
          budget: { nodes: 2000, iterations: 60, seconds: 600 },
        });
      const [one, two] = [await run(), await run()];
      expect(Buffer.compare(one.model, two.model)).toBe(0);
      expect(one.report.rules).toEqual(two.report.rules);
      expect(one.report.gained).toBe(true);
    },
  );

  test("chooses a strategy where asked to, and says which and why", async () => {
    const { report } = await optimize(improvable(), { strategy: "auto", measure: false });
    expect(report).toMatchObject({ gained: true, stopped: "saturated", strategy: "auto" });
    expect(report.search.notes).toEqual([expect.stringContaining("the rules came to rest")]);
  });

  test("searches single programs where asked to", async () => {
    const { report } = await optimize(improvable(), { space: "substitution", measure: false });
    expect(report).toMatchObject({ gained: true, verified: true, strategy: "greedy" });
    expect(report.search.nodes).toBeLessThan(report.before.nodes + 10);
    await expect(
      optimize(improvable(), { space: "substitution", strategy: "saturate" }),
    ).rejects.toThrow("does not grow");
    // @ts-expect-error no such space
    await expect(optimize(improvable(), { space: "growing" })).rejects.toThrow(
      "no space `growing` (known: growth, substitution)",
    );
  });

  test.each(["cpu", "gpu", "tpu"] as const)("under the costs of %s", async (backend) => {
    const { report } = await optimize(improvable(), { backend, measure: false });
    expect(report).toMatchObject({ gained: true, verified: true, backend });
  });

  test("a rule that lies is caught, named, and nothing is written", async () => {
    const lie = rules`
      import onnx from "dialect:onnx"
      rules lies { tanh_is_identity: Relu(x) => x }
    `;
    const failure = await optimize(improvable(), { rules: [lie], measure: false }).catch(
      (e: unknown) => e,
    );
    expect(failure).toMatchObject({
      name: "CheckError",
      report: { verified: false, gained: false },
    });
    const { dropped } = (failure as { report: { dropped: { rules: string[] }[] } }).report;
    expect(dropped[0]?.rules.join()).toMatch(/lies\.tanh_is_identity/);
  });

  test("a lie beside good rules costs the finalists that rest on it", async () => {
    const lie = rules`
      import onnx from "dialect:onnx"
      rules lies { relu_is_nothing: Relu(x) => x }
    `;
    const done = await optimize(improvable(), {
      rules: [...defaultRules, lie],
      measure: false,
      finalists: 8,
    }).catch((e: { report: unknown }) => e);
    const { report } = done as { report: { dropped: unknown[] } };
    expect(report.dropped.length).toBeGreaterThan(0);
  });

  test("costs of whole programs decide on what is verified, where there are any", async () => {
    const backend: Backend = {
      ...{ kind: "backend", spec: 1, name: "count" },
      costModel: { unit: "operators", cost: () => 1 },
    };
    const run = (rank?: OptimizeOptions["rank"]) =>
      optimize(improvable(), { backend, ...(rank && { rank }) });
    const { report: plain } = await run();
    const seen: Graph[] = [];
    // The later a program is asked about, the cheaper: the dearest by the sum of its nodes.
    const { report: turned } = await run((graph) => 1000 - seen.push(graph));
    expect(seen.length).toBeGreaterThan(2);
    expect(turned.after.nodes).toBe(seen.at(-1)?.nodes.length);
    expect(turned).toMatchObject({ gained: true, verified: true });
    expect(turned.after.predicted).toBeGreaterThan(plain.after.predicted);
    // What is put behind the model as it was read stays behind; of what is held equal, sums of costs decide.
    const { report: none } = await run(({ nodes }) => 100 - nodes.length);
    expect(none).toMatchObject({ gained: false, verified: true });
    const { report: equal } = await run(() => 1);
    expect(equal.after).toEqual(plain.after);
    // A signal that goes on serves many runs: none leaves a listener with it.
    const { signal } = new AbortController();
    await optimize(improvable(), { backend, signal, rank: () => 1 });
    expect(getEventListeners(signal, "abort")).toEqual([]);
    // One that never answers is interrupted: what was cheapest until then is verified all the same.
    const controller = new AbortController();
    const hanging = await optimize(improvable(), {
      ...{ backend, signal: controller.signal },
      rank: () => {
        controller.abort();
        return new Promise(() => {});
      },
    });
    expect(hanging.report).toMatchObject({ gained: true, verified: true, stopped: "aborted" });
  });

  test("plugins composed in code", async () => {
    const nodes: Backend = {
      kind: "backend",
      spec: 1,
      name: "count",
      costModel: { unit: "operators", cost: () => 1 },
    };
    const once: SearchStrategy = {
      kind: "strategy",
      spec: 1,
      name: "once",
      search(session) {
        session.apply(session.moves());
      },
    };
    const { report } = await optimize(improvable(), { backend: nodes, strategy: once });
    expect(report).toMatchObject({
      backend: "count",
      strategy: "once",
      unit: "operators",
      speedup: null,
    });
    expect(report.after.predicted).toBeLessThan(report.before.predicted);
  });
});

describe("the command line", () => {
  test("writes the model and the report", () =>
    atDesk(async (desk) => {
      const model = desk.file("model.onnx", improvable());
      const run = await desk.rewright([
        "optimize",
        model,
        "-o",
        "fast.onnx",
        "--json",
        "report.json",
        "--no-measure",
      ]);
      expect(run).toMatchObject({ code: 0 });
      expect(run.stdout).toMatch(/operators +\d+ → \d+/);
      expect(run.stdout).toMatch(/rules that made the difference/);
      expect(run.stdout.trimEnd()).toMatch(/wrote fast\.onnx$/);
      expect(run.stderr.split("\n")).toEqual(
        expect.arrayContaining(["reading", "searching", "verifying"]),
      );
      const report = desk.report();
      expect(report).toMatchObject({
        input: model,
        output: "fast.onnx",
        speedup: null,
        verified: true,
      });
      expect(Object.keys(report)).toEqual(
        expect.arrayContaining(
          "input output before after speedup verified maxAbs maxRel stopped rules".split(" "),
        ),
      );
      expect(report.rules[0]).toEqual({
        name: expect.any(String),
        file: expect.any(String),
        line: expect.any(Number),
        fired: expect.any(Number),
        used: expect.any(Boolean),
        within: 0,
        assumes: [],
      });
    }));

  test("--quiet prints nothing", () =>
    atDesk(async (desk) => {
      const model = desk.file("model.onnx", minimal());
      const run = await desk.rewright([
        "optimize",
        model,
        "-o",
        "same.onnx",
        "--no-measure",
        "--quiet",
      ]);
      expect(run).toEqual({ code: 0, stdout: "", stderr: "" });
      expect(readFileSync(desk.path("same.onnx")).equals(minimal())).toBe(true);
    }));

  test("reads rewright.config.ts; what the command line says wins", () =>
    atDesk(async (desk) => {
      const model = desk.file("model.onnx", improvable());
      desk.file(
        "rewright.config.ts",
        "const seed: number = 5;\nexport default { seed, measure: false, strategy: 'greedy' };\n",
      );
      await desk.rewright(["optimize", model, "--json", "a.json"]);
      expect(desk.report("a.json")).toMatchObject({
        seed: 5,
        strategy: "greedy",
        speedup: null,
        output: null,
      });
      await desk.rewright(["optimize", model, "--json", "b.json", "--seed", "6"]);
      expect(desk.report("b.json")).toMatchObject({ seed: 6, strategy: "greedy" });
    }));

  test("a failed check exits with 1 and writes nothing", () =>
    atDesk(async (desk) => {
      const model = desk.file("model.onnx", improvable());
      const lie = desk.file(
        "lie.rules",
        'import onnx from "dialect:onnx"\nrules lies { no_relu: Relu(x) => x }\n',
      );
      const run = await desk.rewright([
        "optimize",
        model,
        "-o",
        "out.onnx",
        "--rules",
        lie,
        "--no-measure",
      ]);
      expect(run.code).toBe(1);
      expect(run.stderr).toMatch(/none of the \d+ cheaper programs agrees with the original/);
      expect(run.stdout).toMatch(/lies\.no_relu \(.*lie\.rules:2\)/);
      expect(existsSync(desk.path("out.onnx"))).toBe(false);
    }));

  test("--help says what there is", () =>
    atDesk(async (desk) => {
      const run = await desk.rewright(["optimize", "--help"]);
      expect(run.code).toBe(0);
      for (const option of "--rules --backend --strategy --nodes --seconds --memory --seed --no-measure --json --quiet --max-growth --force".split(
        " ",
      ))
        expect(run.stdout).toContain(option);
    }));
});
