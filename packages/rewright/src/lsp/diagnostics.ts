/**
 * Diagnostics as the protocol has them.
 *
 * @module
 */

import type { Diagnostic } from "@rewright/dsl";
import {
  DiagnosticSeverity,
  DiagnosticTag,
  type Diagnostic as Theirs,
} from "vscode-languageserver/node";
import { errorPages } from "../error-pages.ts";
import type { Current, Workspace } from "./workspace.ts";

const pages = errorPages();

const SEVERITIES = {
  error: DiagnosticSeverity.Error,
  warning: DiagnosticSeverity.Warning,
  note: DiagnosticSeverity.Information,
} as const;

/** Lints about what is not needed: editors show it faded. */
const NEEDLESS: ReadonlySet<string> = new Set(["R0901", "R0902", "R0903", "R0905", "R0906"]);

/** A diagnostic as the protocol has it: what is known and what to do about it stand below the message. */
export function translated(
  { code, severity, message, span, label, related = [], hints }: Diagnostic,
  { analysis, lines, document: { uri } }: Current,
  workspace: Workspace,
): Theirs {
  const said = label === undefined ? message : `${message}: ${label}`;
  return {
    range: lines.range(span),
    severity: SEVERITIES[severity],
    code,
    // The page of the code, for editors that make it a link.
    ...(pages && { codeDescription: { href: new URL(`${code}.md`, pages).href } }),
    source: "rewright",
    message: [said, ...hints.map((hint) => `= ${hint}`)].join("\n"),
    ...(NEEDLESS.has(code) && { tags: [DiagnosticTag.Unnecessary] }),
    ...(related.length > 0 && {
      relatedInformation: related.flatMap((other) => {
        const known = analysis.files.get(other.span.file);
        if (!known) return [];
        const there = workspace.uriOf(known.file, uri);
        const range = workspace.linesOf(there, known.text).range(other.span);
        return [{ location: { uri: there, range }, message: other.label || "here" }];
      }),
    }),
  };
}
