import { readFileSync } from "node:fs";
import type { CostModel, Graph } from "@rewright/plugin";
import { DataError, reasonOf } from "./error.ts";
import { readModelFile } from "./file.ts";
import { predict } from "./prediction.ts";
import { PROGRAMS, programSample } from "./programs.ts";

/**
 * A trained model as a backend's `rank`: predicted µs of a whole program. `{ ...roofline(part), rank: learnedRank("my.cost") }` is a
 * cost model that extracts by its roofline and chooses among finalists by what was learnt.
 *
 * @throws DataError when the file cannot be read, is no model, or has learnt from configurations instead of programs
 */
export function learnedRank(file: string): NonNullable<CostModel["rank"]> {
  let bytes: Uint8Array;
  try {
    bytes = readFileSync(file);
  } catch (error) {
    throw new DataError(`cannot read the cost model ${file}: ${reasonOf(error)}`);
  }
  const { model } = readModelFile(bytes, file);
  if (model.encoding.vocabulary !== PROGRAMS)
    throw new DataError(
      `${file} has learnt from ${model.encoding.vocabulary}, which ranks configurations of one program: to rank programs, train a model on measured programs`,
    );
  if (model.members.length === 0)
    throw new DataError(
      `${file} is not trained to the end: go on with \`rewright train-cost --resume\``,
    );
  return (graph: Graph, signal: AbortSignal) => {
    signal.throwIfAborted();
    return predict(model, programSample(graph, "a program"))[0] as number;
  };
}
