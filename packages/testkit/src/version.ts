import { readFileSync } from "node:fs";

const manifest = JSON.parse(readFileSync(new URL("../package.json", import.meta.url), "utf8")) as {
  readonly version: string;
};

/** The kit's version, apart from that of the contracts: stricter checks break no plugin. */
export const kitVersion: string = manifest.version.split(".").slice(0, 2).join(".");
