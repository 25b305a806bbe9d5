import type { RuleFile } from "@rewright/plugin";
import type { Diagnostic } from "./diagnostic.ts";
import { renderDiagnostic } from "./render.ts";

/** How many diagnostics the message of a `RuleError` spells out. */
const SPELT_OUT = 20;

/** Thrown when rule files do not compile. The message holds the diagnostics as a person reads them, the first 20 of them. */
export class RuleError extends Error {
  override readonly name = "RuleError";
  /** All of them, warnings included, in the order of the files. */
  readonly diagnostics: readonly Diagnostic[];
  readonly #texts: ReadonlyMap<string, string>;

  /** `sources` are the files the diagnostics point into. */
  constructor(diagnostics: readonly Diagnostic[], sources: readonly RuleFile[]) {
    const texts = new Map<string, string>();
    for (const { file, text } of sources) texts.set(file, overlay(texts.get(file) ?? "", text));
    super(layOut(diagnostics, texts, false));
    this.diagnostics = diagnostics;
    this.#texts = texts;
  }

  /** The message, in colour for a terminal if so asked. */
  render(options: { readonly color: boolean }): string {
    return layOut(this.diagnostics, this.#texts, options.color);
  }
}

function layOut(
  diagnostics: readonly Diagnostic[],
  texts: ReadonlyMap<string, string>,
  color: boolean,
): string {
  const errors = diagnostics.filter((diagnostic) => diagnostic.severity === "error");
  const shown = errors
    .slice(0, SPELT_OUT)
    .map((diagnostic) =>
      renderDiagnostic(diagnostic, texts.get(diagnostic.span.file) ?? "", { color }),
    );
  const more = errors.length - shown.length;
  if (more > 0) shown.push(`and ${more} more ${more === 1 ? "error" : "errors"}`);
  return shown.join("\n\n");
}

/** Templates of one program share its name, and each stands on its own lines of it. */
function overlay(known: string, text: string): string {
  if (known === "") return text;
  const lines = known.split("\n");
  for (const [i, line] of text.split("\n").entries()) if (line.trim() !== "") lines[i] = line;
  return Array.from(lines, (line) => line ?? "").join("\n");
}
