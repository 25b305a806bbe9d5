import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import * as script from "../packages/egraph/src/kernel/index.ts";
import { bytes } from "../packages/egraph/src/kernel.wasm.ts";
import { digest, kernel } from "../tools/kernel-sources.ts";

test("the compiled kernel is made from the kernel's sources: else run `pnpm kernel`", () => {
  const text = readFileSync(join(kernel, "../kernel.wasm.ts"), "utf8");
  expect(text).toContain(`of this digest: ${digest()}.`);
});

/** As much of WebAssembly as is looked at; the language's own library does not declare it. */
interface Module {
  new (bytes: Uint8Array): object;
  exports(module: object): { readonly kind: string; readonly name: string }[];
}

test("both forms of the kernel have the same functions", () => {
  const { Module } = (globalThis as unknown as { WebAssembly: { Module: Module } }).WebAssembly;
  const module = new Module(Buffer.from(bytes, "base64"));
  const functions = Module.exports(module).filter(({ kind }) => kind === "function");
  expect(functions.map(({ name }) => name).sort()).toEqual(Object.keys(script).sort());
});
