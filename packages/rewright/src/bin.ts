#!/usr/bin/env node
import module from "node:module";
import { setFlagsFromString } from "node:v8";

const [major = 0, minor = 0] = process.versions.node.split(".").map(Number);
if (major < 22 || (major === 22 && minor < 12)) {
  // Nothing else is loaded: an older Node would fail on it, in words of its own.
  process.stderr.write(
    `rewright: Node 22.12 or newer is needed, and this is ${process.versions.node}\n`,
  );
  process.exitCode = 2;
} else {
  // Collect earlier: on a large machine V8 would let garbage grow to several times what the search holds.
  setFlagsFromString("--heap-growing-percent=30");
  module.enableCompileCache(); // halves the start, of what is loaded from here on
  const { main } = await import("./cli/main.ts");
  process.exitCode = await main(process.argv.slice(2));
}
