// The comparison with a GPU says what it finds, or why it finds nothing; here, with stand-ins for the device and its runtime.
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";

function compared(tools: Readonly<Record<string, string>>): string {
  const folder = mkdtempSync(join(tmpdir(), "gpu-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  for (const [name, code] of Object.entries(tools)) {
    const script = join(folder, `${name}.cjs`);
    writeFileSync(script, code);
    // A path with a space in it is no interpreter's.
    const call = `exec "${process.execPath}" "${script}" "$@"`;
    writeFileSync(join(folder, name), `#!/bin/sh\n${call}\n`, { mode: 0o755 });
  }
  const script = join(import.meta.dirname, "../gpu/main.ts");
  return execFileSync(process.execPath, [script], { env: { PATH: folder }, encoding: "utf8" });
}

const smi = (name: string): string => `console.log(${JSON.stringify(name)});`;
/** Every operator takes 10 µs, the first one fails. */
const torch = `
if (process.argv[2] !== "-c") {
  const cases = JSON.parse(require("node:fs").readFileSync(0, "utf8"));
  console.log(JSON.stringify(cases.map((_, i) => (i === 0 ? null : 10))));
}`;

test("without a device it is skipped aloud", () => {
  expect(compared({})).toBe("skipped: no CUDA device here (nvidia-smi names none)\n");
  expect(compared({ "nvidia-smi": smi("NVIDIA H200") })).toMatch(
    /^skipped: a NVIDIA H200 is here, but/,
  );
  expect(compared({ "nvidia-smi": smi("Voodoo 2"), python3: torch })).toMatch(
    /^skipped: no figures of the Voodoo 2/,
  );
});

test("with one, error and rank correlation of each operator and of all", () => {
  const said = compared({ "nvidia-smi": smi("NVIDIA H200"), python3: torch });
  expect(said).toMatch(/^NVIDIA H200, as H200\n/);
  expect(said).toMatch(/^Attention {2}f16 .* 10\.0 µs, said \d+\.\d$/m);
  expect(said).toMatch(/^MatMul {5}\d+ cases: mean error \d+ %, median \d+ %, tau 0\.00$/m);
  expect(said).toMatch(/^all {8}\d+ cases/m);
  expect(said).not.toMatch(/NaN|Infinity/);
});
