import { spawnSync } from "node:child_process";
import { expect, test } from "vitest";
import { exitCodes } from "../src/errors.ts";

const source = new URL("../src/cli/interruption.ts", import.meta.url);

/** How a command ends that is asked to end, and does as `heard` says then. */
function outcome(heard: string): number | null {
  const script = `
    import { hearInterruption } from ${JSON.stringify(source.href)};
    const ask = () => process.kill(process.pid, "SIGINT");
    const { signal, end } = hearInterruption();
    signal.addEventListener("abort", () => { ${heard} });
    setTimeout(() => process.exit(1), 60_000);
    ask();
  `;
  return spawnSync(process.execPath, ["--input-type=module", "-e", script]).status;
}

test("a second request ends the process at once", () => {
  expect(outcome("ask();")).toBe(exitCodes.interrupted);
});

test("it does so while the process is on its way out, too", () => {
  expect(outcome("end(); ask();")).toBe(exitCodes.interrupted);
});

test("once a command has ended by itself, the process is nobody's", () => {
  const script = `
    import { hearInterruption } from ${JSON.stringify(source.href)};
    hearInterruption().end();
    setTimeout(() => process.exit(1), 60_000);
    process.kill(process.pid, "SIGINT");
  `;
  const { signal } = spawnSync(process.execPath, ["--input-type=module", "-e", script]);
  expect(signal).toBe("SIGINT");
});
