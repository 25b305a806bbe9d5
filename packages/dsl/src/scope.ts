/**
 * What the names of a file mean: its own declarations and its imports.
 *
 * @module
 */

import type { Dialect, OpDef, RuleFunction } from "@rewright/plugin";
import type { Span } from "./ast.ts";
import { BUILT_IN_SORTS, declare, NEGATION, type Signature } from "./declaration.ts";
import { type Diagnostic, error, replacing } from "./diagnostic.ts";
import { builtins } from "./functions.ts";
import { enumerate, importOf, quote } from "./quotation.ts";
import { Speller } from "./spelling.ts";
import type { Declaration, ImportDecl, Module, OpDecl } from "./syntax.ts";

/** An operator that a name stands for. */
export interface Operator {
  /** Its key in its dialect, or the declared name. */
  readonly key: string;
  readonly def: OpDef;
  /** "the dialect onnx", "math.rules". */
  readonly origin: string;
  /** Where it is declared, if in a rule file. */
  readonly span?: Span;
  /** Of a declared operator. A dialect's operators take and give tensors. */
  readonly signature?: Signature;
}

/** The names of one file. */
export interface Scope {
  readonly file: string;
  readonly text: string;
  /** By name as written; more than one where imports disagree. */
  readonly operators: ReadonlyMap<string, readonly Operator[]>;
  /** By infix token, `'` or `neg`: the notations that declarations bind. */
  readonly notations: ReadonlyMap<string, Operator>;
  /** By name: the imported dialects' and the language's own. */
  readonly functions: ReadonlyMap<string, RuleFunction>;
  /** Rulesets, own and imported. */
  readonly rulesets: ReadonlySet<string>;
  /** One for all files compiled together. */
  readonly speller: Speller;
}

/** The operators that infix tokens stand for where a dialect of these names is imported. */
export const DIALECT_NOTATION: ReadonlyMap<string, string> = new Map([
  ["+", "Add"],
  ["-", "Sub"],
  ["*", "Mul"],
  ["/", "Div"],
  ["@", "MatMul"],
  ["^", "Pow"],
  [NEGATION, "Neg"],
]);

/** A parsed file. */
export interface Source {
  readonly module: Module;
  readonly text: string;
}

interface Exports {
  readonly operators: Map<string, Operator>;
  readonly notations: Map<string, Operator>;
  readonly sorts: Set<string>;
  readonly rulesets: Set<string>;
}

/** The scopes of files that may import one another, in their order, and every operator they declare. */
export function buildScopes(
  sources: readonly Source[],
  dialects: readonly Dialect[],
  report: (diagnostic: Diagnostic) => void,
): { readonly scopes: readonly Scope[]; readonly declared: Readonly<Record<string, OpDef>> } {
  const linker = new Linker(sources, dialects, report);
  const scopes = sources.map((source) => linker.scope(source));
  return { scopes, declared: linker.declared };
}

class Linker {
  readonly declared: Record<string, OpDef> = {};
  private readonly dialects: readonly Dialect[];
  private readonly report: (diagnostic: Diagnostic) => void;
  private readonly byFile: ReadonlyMap<string, Source>;
  private readonly exports = new Map<Source, Exports>();
  private readonly speller = new Speller();

  constructor(
    sources: readonly Source[],
    dialects: readonly Dialect[],
    report: (diagnostic: Diagnostic) => void,
  ) {
    this.dialects = dialects;
    this.report = report;
    this.byFile = new Map(sources.map((source) => [normalise(source.module.file), source]));
    this.findCycles(sources);
    for (const source of sources) this.exports.set(source, this.exported(source));
  }

  scope(source: Source): Scope {
    const own = this.exports.get(source) as Exports;
    const operators = new Map<string, Operator[]>();
    const notations = new Map<string, Operator>();
    const functions = new Map<string, RuleFunction>(Object.entries(builtins));
    const rulesets = new Set(own.rulesets);
    const add = (name: string, operator: Operator): void => {
      const known = operators.get(name) ?? [];
      if (!known.some((other) => other.def === operator.def)) known.push(operator);
      operators.set(name, known);
    };
    for (const decl of of(source, "import")) {
      const dialect = this.dialect(decl);
      if (dialect) importDialect(decl, dialect, add, functions, this.speller, this.report);
      const other = this.file(decl, source);
      const theirs = other && this.exports.get(other);
      if (!theirs) continue;
      const chosen = decl.names && new Set(decl.names.map((name) => name.name));
      for (const [name, operator] of theirs.operators)
        if (!chosen || chosen.has(name)) add(name, operator);
      for (const [token, operator] of theirs.notations)
        if (!chosen || chosen.has(operator.key)) notations.set(token, operator);
      for (const ruleset of theirs.rulesets)
        if (!chosen || chosen.has(ruleset)) rulesets.add(ruleset);
      for (const name of decl.names ?? [])
        if (
          !theirs.operators.has(name.name) &&
          !theirs.rulesets.has(name.name) &&
          !theirs.sorts.has(name.name)
        )
          this.report(
            missing(name, decl, [...theirs.operators.keys(), ...theirs.rulesets], this.speller),
          );
    }
    // A file's own declarations win over what it imports.
    for (const [name, operator] of own.operators) operators.set(name, [operator]);
    for (const [token, operator] of own.notations) notations.set(token, operator);
    return {
      file: source.module.file,
      text: source.text,
      operators,
      notations,
      functions,
      rulesets,
      speller: this.speller,
    };
  }

  /** What a file declares at its top level. */
  private exported(source: Source): Exports {
    const sorts = new Set(BUILT_IN_SORTS);
    const found: Exports = {
      operators: new Map(),
      notations: new Map(),
      sorts: new Set(),
      rulesets: new Set(),
    };
    for (const decl of of(source, "import")) {
      const other = this.file(decl, source);
      for (const sort of other ? of(other, "sort") : []) sorts.add(sort.name.name);
    }
    for (const decl of of(source, "sort")) {
      if (found.sorts.has(decl.name.name)) this.twice(decl.name);
      found.sorts.add(decl.name.name);
      sorts.add(decl.name.name);
    }
    for (const decl of of(source, "rules")) {
      if (found.rulesets.has(decl.name.name)) this.twice(decl.name);
      found.rulesets.add(decl.name.name);
    }
    for (const decl of of(source, "op")) this.operator(decl, found, sorts, source.module.file);
    return found;
  }

  private operator(decl: OpDecl, found: Exports, sorts: ReadonlySet<string>, file: string): void {
    const { name, span } = decl.name;
    const first = found.operators.get(name);
    if (first) this.twice(decl.name, first.span);
    const { def, signature, notation } = declare(decl, sorts, this.speller, this.report);
    const operator: Operator = { key: name, def, origin: file, span, signature };
    found.operators.set(name, operator);
    this.declared[name] = def;
    if (notation === undefined) return;
    const bound = found.notations.get(notation);
    if (bound)
      this.report(
        error("R0103", span, `${quote(notation === NEGATION ? "-" : notation)} is bound twice`, {
          related: bound.span ? [{ span: bound.span, label: "the first" }] : [],
          hints: ["one token stands for one operator in a file"],
        }),
      );
    found.notations.set(notation, operator);
  }

  private twice({ name, span }: { name: string; span: Span }, first?: Span): void {
    this.report(
      error("R0103", span, `${quote(name)} is defined twice`, {
        related: first ? [{ span: first, label: "the first" }] : [],
      }),
    );
  }

  private dialect(decl: ImportDecl): Dialect | undefined {
    const { value, span } = decl.from;
    if (!value.startsWith("dialect:")) return undefined;
    const name = value.slice("dialect:".length);
    const found = this.dialects.find((dialect) => dialect.name === name);
    if (found) return found;
    const known = this.dialects.map((dialect) => dialect.name);
    const near = this.speller.closest(name, known);
    this.report(
      error("R0104", span, `no dialect called ${quote(name)} is registered`, {
        hints: [
          known.length > 0 ? `registered: ${enumerate(known)}` : "no dialect is registered",
          ...(near === undefined ? [] : [`did you mean \`${near}\`?`]),
        ],
        ...(near !== undefined && {
          edit: replacing(span, JSON.stringify(`dialect:${near}`)),
        }),
      }),
    );
    return undefined;
  }

  /** The file an import names, if it names one of those given. */
  private file(decl: ImportDecl, source: Source): Source | undefined {
    return this.byFile.get(target(decl, source.module.file) ?? "\0");
  }

  /** Reports imports of what is not there, and imports that go in a circle (R0106). Without recursion. */
  private findCycles(sources: readonly Source[]): void {
    const done = new Set<Source>();
    for (const start of sources) {
      const path: { readonly source: Source; readonly imports: Iterator<ImportDecl> }[] = [];
      const enter = (source: Source): void => {
        path.push({ source, imports: of(source, "import").values() });
      };
      if (!done.has(start)) enter(start);
      for (let top = path.at(-1); top; top = path.at(-1)) {
        const { value: decl } = top.imports.next();
        if (decl === undefined) {
          path.pop();
          done.add(top.source);
          continue;
        }
        const other = this.file(decl, top.source);
        if (!other) this.absent(decl, top.source);
        else if (path.some((step) => step.source === other)) {
          const from = path.findIndex((step) => step.source === other);
          const cycle = [...path.slice(from).map((step) => step.source), other];
          this.report(
            error("R0106", decl.from.span, "these files import each other", {
              hints: [cycle.map((step) => step.module.file).join(" → ")],
            }),
          );
        } else if (!done.has(other)) enter(other);
      }
    }
  }

  private absent(decl: ImportDecl, source: Source): void {
    const { value, span } = decl.from;
    if (value.startsWith("dialect:")) return;
    if (target(decl, source.module.file) === undefined) {
      this.report(
        error("R0012", span, "not supported yet: the import of a module or a package", {
          hints: [`register its dialect, and import it by name: ${importOf("name")}`],
        }),
      );
      return;
    }
    const near = this.speller.closest(
      target(decl, source.module.file) ?? "",
      [...this.byFile.keys()].filter((file) => file !== normalise(source.module.file)),
    );
    this.report(
      error("R0109", span, `no rule file ${quote(value)} among those given`, {
        hints: near ? [`did you mean \`${near}\`?`] : ["pass it to the compiler with the others"],
      }),
    );
  }
}

function importDialect(
  decl: ImportDecl,
  dialect: Dialect,
  add: (name: string, operator: Operator) => void,
  functions: Map<string, RuleFunction>,
  speller: Speller,
  report: (diagnostic: Diagnostic) => void,
): void {
  const chosen = decl.names && new Set(decl.names.map((name) => name.name));
  const origin = `the dialect ${dialect.name}`;
  const names = new Set<string>();
  for (const [key, def] of Object.entries(dialect.ops)) {
    // An operator of a domain of its own goes by its last name, unless the dialect has another of that name.
    const last = key.slice(key.lastIndexOf(".") + 1);
    const name = Object.hasOwn(dialect.ops, last) ? key : last;
    names.add(name);
    if (!chosen || chosen.has(name)) add(name, { key, def, origin });
  }
  for (const [name, fn] of Object.entries(dialect.functions ?? {})) {
    names.add(name);
    if (!chosen || chosen.has(name)) functions.set(name, fn);
  }
  for (const name of decl.names ?? [])
    if (!names.has(name.name)) report(missing(name, decl, names, speller));
}

function missing(
  name: { readonly name: string; readonly span: Span },
  decl: ImportDecl,
  candidates: Iterable<string>,
  speller: Speller,
): Diagnostic {
  return error("R0101", name.span, `${quote(name.name)} is not in ${quote(decl.from.value)}`, {
    ...speller.correction(name.name, candidates, name.span),
  });
}

/** The declarations of one kind. */
function of<K extends Declaration["kind"]>(
  source: Source,
  kind: K,
): readonly (Declaration & { readonly kind: K })[] {
  return source.module.declarations.filter(
    (decl): decl is Declaration & { readonly kind: K } => decl.kind === kind,
  );
}

/** The normalised path an import of a rule file names; `undefined` for everything else. */
function target(decl: ImportDecl, from: string): string | undefined {
  const { value } = decl.from;
  if (!value.endsWith(".rules") || !(value.startsWith("./") || value.startsWith("../")))
    return undefined;
  return normalise(`${from.replace(/[^/\\]*$/, "")}${value}`);
}

/** A path with `/` between its parts, without `.` and `..`. */
function normalise(path: string): string {
  const out: string[] = [];
  for (const part of path.split(/[/\\]/)) {
    if (part === ".." && out.length > 0 && out.at(-1) !== "..") out.pop();
    else if (part !== ".") out.push(part);
  }
  return out.join("/");
}
