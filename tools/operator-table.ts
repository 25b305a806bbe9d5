// Writes the table of operators in docs/onnx.md: what ONNX has, and what of it the vocabulary models. `node tools/operator-table.ts`
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { formedVersion, formOf, presentName } from "../packages/onnx/src/forms.ts";
import { LATEST_OPSET, OPERATORS } from "../packages/onnx/src/generated/operators.ts";
import { canonicalVersion, sameMeaning, versionAt } from "../packages/onnx/src/opset.ts";
import { onnx } from "../packages/tensor/src/index.ts";

/** The document that holds the table. */
export const page: string = join(import.meta.dirname, "../docs/onnx.md");
const begin = "<!-- operators -->";
const end = "<!-- /operators -->";

/** Whether a node of this operator set can be brought to the vocabulary's form. */
function isUnderstood(op: string, opset: number): boolean {
  const version = versionAt(op, opset);
  const target = presentName(op);
  if (version === undefined || !Object.hasOwn(onnx.ops, target)) return false;
  if (op !== target) return formOf(op, version.since) !== undefined;
  const canonical = canonicalVersion(op);
  const from = formedVersion(op, version.since);
  return canonical !== undefined && sameMeaning(op, from, canonical.since);
}

/** Numbers as ranges: 1–6, 9. */
function ranges(numbers: readonly number[]): string {
  const found: [number, number][] = [];
  for (const n of numbers) {
    const last = found.at(-1);
    if (last !== undefined && last[1] === n - 1) last[1] = n;
    else found.push([n, n]);
  }
  return found.map(([a, b]) => (a === b ? `${a}` : `${a}–${b}`)).join(", ");
}

/** One line for each operator of ONNX's own domain. */
function rows(): readonly string[][] {
  const opsets = Array.from({ length: LATEST_OPSET }, (_, i) => i + 1);
  return [...OPERATORS.keys()].sort().flatMap((op) => {
    const exists = opsets.filter((opset) => versionAt(op, opset)?.unofficial === false);
    if (exists.length === 0) return []; // ONNX Runtime's own
    const understood = exists.filter((opset) => isUnderstood(op, opset));
    const versions = new Set(exists.map((opset) => versionAt(op, opset)?.since));
    // It is no operator of a program: what it yields is one of its constants.
    if (op === "Constant") return [[op, [...versions].join(", "), "all", "a constant"]];
    const def = onnx.ops[presentName(op)];
    const read =
      understood.length === 0
        ? "opaque"
        : understood.length === exists.length
          ? "all"
          : ranges(understood);
    const values =
      understood.length === 0 || def === undefined
        ? ""
        : def.impure
          ? "random"
          : def.evaluate
            ? "yes"
            : "no";
    return [[op, [...versions].join(", "), read, values]];
  });
}

/** How many operators the vocabulary has, and of how many it knows the values. */
function counts(): { readonly modelled: number; readonly evaluated: number } {
  const defs = Object.values(onnx.ops);
  return {
    modelled: defs.length,
    evaluated: defs.filter(({ evaluate }) => evaluate !== undefined).length,
  };
}

/** The table. */
function operatorTable(): string {
  const { modelled, evaluated } = counts();
  const lines = rows().map((cells) => `| ${cells.join(" | ")} |`);
  return [
    `${modelled} operators are modelled, ${evaluated} of them with values.`,
    "",
    "| operator | versions | understood in opsets | values |",
    "|---|---|---|---|",
    ...lines,
  ].join("\n");
}

/** A page with the table as it should be. @throws Error when it has no place for it */
export function withTable(text: string): string {
  const [from, to] = [text.indexOf(begin), text.indexOf(end)];
  if (from < 0 || to < from) throw new Error(`the page has no ${begin} … ${end}`);
  return `${text.slice(0, from + begin.length)}\n\n${operatorTable()}\n\n${text.slice(to)}`;
}

if (process.argv[1] === import.meta.filename)
  writeFileSync(page, withTable(readFileSync(page, "utf8")));
