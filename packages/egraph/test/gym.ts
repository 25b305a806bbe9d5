/** E-graphs of extraction-gym in the serialised form, loaded as graphs whose e-nodes carry their costs. */
import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { deserialize, EGraph, type Id, type NodeCost } from "../src/index.ts";

const FOLDER = fileURLToPath(new URL("../../../../shared/data/extraction-gym/", import.meta.url));

/** Whether the data are on this machine. */
export const hasGym: boolean = existsSync(`${FOLDER}baseline.json`);

/** What is known of a file: results by extractor, and the least DAG cost or the best known and a lower bound. */
export interface Known {
  readonly size: Readonly<Record<string, number>>;
  readonly "bottom-up"?: Readonly<Record<string, number>>;
  readonly "faster-greedy-dag"?: Readonly<Record<string, number>>;
  readonly optimum?: number;
  readonly best?: number;
  readonly bound?: number;
}

/** Known results by file. */
export function baseline(): Record<string, Known> {
  return JSON.parse(readFileSync(`${FOLDER}baseline.json`, "utf8"));
}

/** Loads a file. Some hold congruent e-nodes of different costs and classes, so all are kept apart. */
export function load(file: string): { graph: EGraph; roots: readonly Id[]; cost: NodeCost } {
  const graph = new EGraph();
  const text = readFileSync(`${FOLDER}${file}`, "utf8");
  return { graph, ...deserialize(graph, text, { apart: true }) };
}
