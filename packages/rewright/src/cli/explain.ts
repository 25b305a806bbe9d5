import { readdirSync, readFileSync } from "node:fs";
import { styleText } from "node:util";
import { Speller } from "@rewright/dsl/spelling";
import { errorPages } from "../error-pages.ts";
import { InputError } from "../errors.ts";

/**
 * `rewright explain R0301`: what an error code means, with an example and its mending. Without a code, all of them.
 *
 * @returns what to print
 * @throws InputError for a code that does not exist
 */
export function explain(code: string | undefined, color: boolean): string {
  const folder = errorPages();
  if (!folder) throw new InputError("the explanations are missing: install rewright again");
  const codes = readdirSync(folder)
    .flatMap((name) => /^([RP]\d{4})\.md$/.exec(name)?.[1] ?? [])
    .sort();
  const page = (name: string): string => readFileSync(new URL(`${name}.md`, folder), "utf8");
  if (code === undefined) return codes.map((name) => headingOf(page(name))).join("\n");
  const wanted = code.toUpperCase();
  if (codes.includes(wanted)) return laidOut(page(wanted), color);
  const near = new Speller().closest(wanted, codes);
  throw new InputError(
    `there is no error code ${code}${near ? `; did you mean ${near}?` : ""} (\`rewright explain\` lists all)`,
  );
}

function headingOf(markdown: string): string {
  return markdown.slice(0, markdown.indexOf("\n")).replace(/^# /, "");
}

/** A page for the terminal: the heading in bold, examples indented, links without their targets. */
function laidOut(markdown: string, color: boolean): string {
  const bold = (text: string): string =>
    color ? styleText("bold", text, { validateStream: false }) : text;
  let fenced = false;
  const lines: string[] = [];
  for (const line of markdown.trimEnd().split("\n")) {
    if (line.startsWith("```")) fenced = !fenced;
    else if (fenced) lines.push(line === "" ? "" : `    ${line}`);
    else if (line.startsWith("# ")) lines.push(bold(line.slice(2)));
    else lines.push(line.replace(/\[([^\]]*)\]\([^)]*\)/g, "$1"));
  }
  return lines.join("\n");
}
