/** E-graphs of extraction-gym in the serialised form, loaded as graphs whose e-nodes carry their costs. */
import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { EGraph, type Id, type NodeCost } from "../src/index.ts";

interface SerialNode {
  readonly op: string;
  readonly cost?: number;
  readonly eclass: string;
  readonly children: readonly string[];
}

interface SerialGraph {
  readonly nodes: Readonly<Record<string, SerialNode>>;
  readonly root_eclasses: readonly string[];
}

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

/** Loads a file. Classes may be cyclic, so each begins as a placeholder that can never be extracted. */
export function load(file: string): { graph: EGraph; roots: Id[]; cost: NodeCost } {
  const serial: SerialGraph = JSON.parse(readFileSync(`${FOLDER}${file}`, "utf8"));
  const graph = new EGraph();
  const placeholder = graph.operator("placeholder");
  const costs: number[] = [];
  const classes = new Map<string, Id>();
  const classOf = (name: string): Id => {
    const known = classes.get(name);
    if (known !== undefined) return known;
    const id = graph.add(placeholder, graph.intern(`class ${name}`, name), []);
    costs[id] = Number.POSITIVE_INFINITY;
    classes.set(name, id);
    return id;
  };
  for (const [name, node] of Object.entries(serial.nodes)) {
    const children = node.children.map((child) =>
      classOf((serial.nodes[child] as SerialNode).eclass),
    );
    const arg = graph.intern(`node ${name}`, name);
    const id = graph.add(graph.operator(node.op), arg, children);
    costs[id] = node.cost ?? 1;
    graph.union(classOf(node.eclass), id);
  }
  graph.rebuild();
  return {
    graph,
    roots: serial.root_eclasses.map(classOf),
    cost: (node) => costs[node] as number,
  };
}
