/**
 * What the names in a file mean, wherever they stand: the mentions of operators, functions, rulesets and sorts.
 *
 * @module
 */

import type { Span } from "../ast.ts";
import { BUILT_IN_SORTS } from "../declaration.ts";
import type { DocumentFile } from "../document-file.ts";
import { DIALECT_NOTATION, type Operator } from "../scope.ts";
import { declarationOf } from "../signature.ts";
import type { Identifier, ImportDecl } from "../syntax.ts";
import { type Analysis, importedFile, pathOf } from "./analysis.ts";
import type { Referent, ReferentKind } from "./referent.ts";

/** A place where something is named. */
export interface Mention {
  readonly span: Span;
  readonly referent: Referent;
  /** Here it is declared, or first bound. */
  readonly isDeclaration: boolean;
  /** A token such as `+` stands here for an operator, instead of its name. */
  readonly isNotation: boolean;
}

/** The names of one file, and the mentions of them that were found. */
export class Naming {
  readonly known: DocumentFile;
  readonly #analysis: Analysis;
  readonly #mentions: Mention[] = [];
  readonly #imports: readonly ImportDecl[];
  readonly #rulesets = new Map<string, string>();
  readonly #sorts = new Map<string, string>();

  constructor(known: DocumentFile, analysis: Analysis) {
    this.known = known;
    this.#analysis = analysis;
    this.#imports = known.module.declarations.filter((decl) => decl.kind === "import");
    // A file's own declarations win over what it imports.
    for (const decl of this.#imports) {
      const other = importedFile(decl, known, analysis);
      const chosen = decl.names && new Set(decl.names.map(({ name }) => name));
      for (const { kind, name } of other ? declared(other) : []) {
        if (kind === "ruleset" && (!chosen || chosen.has(name)))
          this.#rulesets.set(name, (other as DocumentFile).file);
        if (kind === "sort") this.#sorts.set(name, (other as DocumentFile).file);
      }
    }
    for (const { kind, name } of declared(known)) {
      if (kind === "ruleset") this.#rulesets.set(name, known.file);
      if (kind === "sort") this.#sorts.set(name, known.file);
    }
  }

  /** What was found since this was last asked, in order. */
  take(): readonly Mention[] {
    return this.#mentions.splice(0).sort((a, b) => a.span.start - b.span.start);
  }

  /** Notes that a referent is named at a place. */
  add(span: Span, referent: Referent, isDeclaration = false, isNotation = false): void {
    this.#mentions.push({ span, referent, isDeclaration, isNotation });
  }

  /** Notes a declaration of this file. */
  declare(kind: ReferentKind, { name, span }: Identifier, within?: string | number): void {
    this.add(span, this.own(kind, name, within), true);
  }

  /** A referent of this file. */
  own(kind: ReferentKind, name: string, within?: string | number): Referent {
    return { kind, name, file: this.known.file, ...(within !== undefined && { within }) };
  }

  /** The operator of a name, the first where there are several. */
  operator(name: string): Operator | undefined {
    return this.known.scope.operators.get(name)?.[0];
  }

  /** The operator that a token stands for between terms; `neg` for a minus before its operand. */
  notation(token: string): Operator | undefined {
    const name = DIALECT_NOTATION.get(token);
    return (
      this.known.scope.notations.get(token) ??
      (name === undefined ? undefined : this.operator(name))
    );
  }

  /** Notes an operator: by its name, or by a token that stands for it. */
  addOperator(span: Span, operator: Operator, isNotation: boolean): void {
    this.add(span, operatorReferent(operator), false, isNotation);
  }

  /** Notes the operator or the function of a name, if there is one. @returns whether there is */
  addCallee({ name, span }: Identifier): boolean {
    const operator = this.operator(name);
    if (operator) this.add(span, operatorReferent(operator));
    else if (this.known.scope.functions.has(name)) this.add(span, { kind: "function", name });
    else return false;
    return true;
  }

  /** Notes an attribute of an operator. */
  addAttribute({ name, span }: Identifier, operator: Operator | undefined): void {
    if (!operator || !Object.hasOwn(operator.def.attrs ?? {}, name)) return;
    const { file, name: within } = operatorReferent(operator);
    this.add(span, { kind: "attribute", name, within, ...(file !== undefined && { file }) });
  }

  /** Notes a result of an operator that is chosen by its name. */
  addResult(name: string, span: Span, operator: Operator | undefined): void {
    if (!operator?.def.resultNames?.includes(name)) return;
    const { file, name: within } = operatorReferent(operator);
    this.add(span, { kind: "result", name, within, ...(file !== undefined && { file }) });
  }

  /** Notes a ruleset, if there is one of that name. */
  addRuleset({ name, span }: Identifier): void {
    const file = this.#rulesets.get(name);
    if (file !== undefined) this.add(span, { kind: "ruleset", name, file });
  }

  /** Notes a sort, if there is one of that name. */
  addSort({ name, span }: Identifier): void {
    const file = this.#sorts.get(name);
    if (file !== undefined) this.add(span, { kind: "sort", name, file });
    else if (BUILT_IN_SORTS.includes(name)) this.add(span, { kind: "sort", name });
  }

  /** Notes what an import names. */
  addImport(decl: ImportDecl): void {
    const { value, span } = decl.from;
    const other = importedFile(decl, this.known, this.#analysis);
    const path = pathOf(decl, this.known.file);
    this.add(span, { kind: "module", name: other?.file ?? path ?? value });
    const theirs = new Map((other ? declared(other) : []).map((one) => [one.name, one.kind]));
    for (const { name, span: place } of decl.names ?? []) {
      const kind = theirs.get(name);
      if (kind && other) this.add(place, { kind, name, file: other.file });
      else if (!other) this.addCallee({ name, span: place });
    }
  }
}

/** The referent of an operator. */
export function operatorReferent({ key, def, origin, span }: Operator): Referent {
  const decl = declarationOf(def);
  if (!span || !decl) return { kind: "operator", name: key, within: origin };
  return { kind: "operator", name: decl.name.name, file: span.file };
}

/** What a file declares that others may import. */
export function declared({ module }: DocumentFile): readonly Declared[] {
  return module.declarations.flatMap((decl): readonly Declared[] => {
    if (decl.kind === "op") return [{ kind: "operator", ...decl.name }];
    if (decl.kind === "sort") return [{ kind: "sort", ...decl.name }];
    return decl.kind === "rules" ? [{ kind: "ruleset", ...decl.name }] : [];
  });
}

/** Something that a file declares, and where. */
interface Declared extends Identifier {
  readonly kind: "operator" | "sort" | "ruleset";
}
