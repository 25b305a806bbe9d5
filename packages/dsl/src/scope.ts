/**
 * What the names of a file mean: its own declarations and its imports.
 *
 * @module
 */

import type { Dialect, OpDef, RuleFunction } from "@rewright/plugin";
import type { Span } from "./ast.ts";
import { BUILT_IN_SORTS, type Declared, declare, NEGATION, type Signature } from "./declaration.ts";
import { type Diagnostic, error, replacing } from "./diagnostic.ts";
import { builtins } from "./functions.ts";
import { enumerate, quote } from "./quotation.ts";
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
  /** What brought it into this file, if it was imported. */
  readonly by?: ImportDecl;
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
  /** Whether any of the operators takes or gives something other than tensors. */
  readonly isSorted: boolean;
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

/** The infix notations of a file, by operator: how its terms are written for people. */
export function tokensOf(scope: Scope): ReadonlyMap<string, string> {
  const tokens = new Map<string, string>();
  for (const [token, name] of DIALECT_NOTATION) {
    const key = scope.operators.get(name)?.[0]?.key;
    if (key !== undefined) tokens.set(key, token === NEGATION ? "-" : token);
  }
  for (const [token, { key }] of scope.notations) tokens.set(key, token === NEGATION ? "-" : token);
  return tokens;
}

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

/** A declared operator whose meaning is to be found. */
export interface Undefined {
  readonly decl: OpDecl;
  readonly def: Declared["def"];
  /** Of the file that declares it. */
  readonly scope: Scope;
  /** The operator of the same name in a module that the file imports. */
  readonly module: OpDef | undefined;
}

/** What is known of the declaration of an operator from before. */
export interface Known {
  /** Its definition, which is kept. */
  readonly def?: Declared["def"];
  /** Where its name stands now. */
  readonly place: () => Span;
}

/** What files may import besides one another. */
export interface Importable {
  /** By name: `import onnx from "dialect:onnx"`. */
  readonly dialects: readonly Dialect[];
  /**
   * By the path that an import names, resolved against the file's own where it is relative: the dialects of modules; or why a
   * module, or a rule file, could not be loaded.
   */
  readonly modules?: ReadonlyMap<string, Dialect | string>;
}

/**
 * The scopes of files that may import one another, in their order, and the operators that are in no dialect. `known` is
 * what is known of declarations of operators from before.
 */
export function buildScopes(
  sources: readonly Source[],
  importable: Importable,
  report: (diagnostic: Diagnostic) => void,
  known: ReadonlyMap<OpDecl, Known> = new Map(),
): {
  readonly scopes: readonly Scope[];
  readonly declared: Readonly<Record<string, OpDef>>;
  readonly costs: ReadonlyMap<string, number>;
  /** The declared operators, whose meaning is yet to be found. */
  readonly operators: readonly Undefined[];
} {
  const linker = new Linker(sources, importable, report, known);
  const scopes = sources.map((source) => linker.scope(source));
  const byFile = new Map(scopes.map((scope) => [scope.file, scope]));
  const operators = linker.operators.map(({ file, ...operator }) => ({
    ...operator,
    scope: byFile.get(file) as Scope,
  }));
  return { scopes, operators, declared: linker.declared, costs: linker.costs };
}

/** The names that mean something else in one scope than in another; operators by the tokens of their notation, too. */
export function changedNames(before: Scope, after: Scope): ReadonlySet<string> {
  const changed = new Set<string>();
  const compare = <T>(
    a: ReadonlyMap<string, T>,
    b: ReadonlyMap<string, T>,
    isSame: (one: T, other: T) => boolean,
  ): void => {
    for (const [name, one] of a) {
      const other = b.get(name);
      if (other === undefined || !isSame(one, other)) changed.add(name);
    }
    for (const name of b.keys()) if (!a.has(name)) changed.add(name);
  };
  const isSame = (one: Operator, other: Operator): boolean =>
    one.def === other.def && one.key === other.key && one.origin === other.origin;
  compare(before.notations, after.notations, isSame);
  compare(before.operators, after.operators, (one, other) => {
    return one.length === other.length && one.every((own, i) => isSame(own, other[i] as Operator));
  });
  compare(before.functions, after.functions, Object.is);
  for (const name of before.rulesets) if (!after.rulesets.has(name)) changed.add(name);
  for (const name of after.rulesets) if (!before.rulesets.has(name)) changed.add(name);
  for (const [token, name] of DIALECT_NOTATION) if (changed.has(name)) changed.add(token);
  if (changed.has(NEGATION)) changed.add("-");
  return changed;
}

function isSorted({ signature }: Operator): boolean {
  return signature !== undefined && [signature.result, ...signature.operands].some(isNoTensor);
}

function isNoTensor(sort: string): boolean {
  return sort !== "Tensor";
}

class Linker {
  readonly declared: Record<string, OpDef> = Object.create(null);
  /** What the declarations say that an operator costs, by its key. */
  readonly costs = new Map<string, number>();
  /** The declared operators, whose meaning is found once all names are known. */
  readonly operators: (Omit<Undefined, "scope"> & { readonly file: string })[] = [];
  private readonly dialects: readonly Dialect[];
  private readonly modules: ReadonlyMap<string, Dialect | string>;
  private readonly report: (diagnostic: Diagnostic) => void;
  private readonly byFile: ReadonlyMap<string, Source>;
  private readonly exports = new Map<Source, Exports>();
  private readonly byDialect = new Map<Dialect, ReadonlyMap<string, readonly Operator[]>>();
  private readonly known: ReadonlyMap<OpDecl, Known>;
  private readonly speller = new Speller();

  constructor(
    sources: readonly Source[],
    { dialects, modules }: Importable,
    report: (diagnostic: Diagnostic) => void,
    known: ReadonlyMap<OpDecl, Known>,
  ) {
    this.known = known;
    this.dialects = dialects;
    this.modules = modules ?? new Map();
    this.report = report;
    this.byFile = new Map(sources.map((source) => [normalise(source.module.file), source]));
    this.findCycles(sources);
    for (const source of sources) this.exports.set(source, this.exported(source));
  }

  scope(source: Source): Scope {
    const own = this.exports.get(source) as Exports;
    let operators = new Map<string, readonly Operator[]>();
    /** What brought in those that do not say it. */
    let first: ImportDecl | undefined;
    const notations = new Map<string, Operator>();
    const functions = new Map<string, RuleFunction>(Object.entries(builtins));
    const rulesets = new Set(own.rulesets);
    const chosen = new Set<string>();
    for (const decl of chosenLast(of(source, "import"))) {
      // What is imported by name wins over what comes with a whole dialect or file.
      const add = (name: string, operator: Operator): void => {
        const known = decl.names && !chosen.has(name) ? [] : (operators.get(name) ?? []);
        if (decl.names) chosen.add(name);
        if (known.some((other) => other.def === operator.def)) return;
        const others = known.map((other) => (first ? { by: first, ...other } : other));
        operators.set(name, [...others, { ...operator, by: decl }]);
      };
      const module = this.module(decl, source.module.file);
      const dialect = this.dialect(decl) ?? module;
      if (module) this.adopt(module);
      const wanted = decl.names && new Set(decl.names.map((name) => name.name));
      if (dialect) {
        const brought = this.operatorsOf(dialect);
        const fns = dialect.functions ?? {};
        // All that nearly every file imports is one dialect.
        if (operators.size === 0 && !wanted) {
          operators = new Map(brought);
          first = decl;
        } else
          for (const [name, named] of brought)
            if (!wanted || wanted.has(name)) for (const operator of named) add(name, operator);
        for (const [name, fn] of Object.entries(fns))
          if (!wanted || wanted.has(name)) functions.set(name, fn);
        for (const name of decl.names ?? [])
          if (!brought.has(name.name) && !Object.hasOwn(fns, name.name))
            this.report(
              missing(name, decl, [...brought.keys(), ...Object.keys(fns)], this.speller),
            );
      }
      const other = this.file(decl, source);
      const theirs = other && this.exports.get(other);
      if (!theirs) continue;
      for (const [name, operator] of theirs.operators)
        if (!wanted || wanted.has(name)) add(name, operator);
      for (const [token, operator] of theirs.notations)
        if (!wanted || wanted.has(operator.key)) notations.set(token, operator);
      for (const ruleset of theirs.rulesets)
        if (!wanted || wanted.has(ruleset)) rulesets.add(ruleset);
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
      isSorted: [...operators.values()].some((named) => named.some(isSorted)),
      speller: this.speller,
    };
  }

  /** The operators of a dialect by the names that they go by. */
  private operatorsOf(dialect: Dialect): ReadonlyMap<string, readonly Operator[]> {
    const known = this.byDialect.get(dialect);
    if (known) return known;
    const origin = `the dialect ${dialect.name}`;
    const found = new Map<string, readonly Operator[]>();
    for (const [key, def] of Object.entries(dialect.ops)) {
      // An operator of a domain of its own goes by its last name, unless the dialect has another of that name.
      const last = key.slice(key.lastIndexOf(".") + 1);
      const name = Object.hasOwn(dialect.ops, last) ? key : last;
      found.set(name, [...(found.get(name) ?? []), { key, def, origin }]);
    }
    this.byDialect.set(dialect, found);
    return found;
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
    const imports = of(source, "import");
    for (const decl of of(source, "op")) this.operator(decl, found, sorts, source, imports);
    return found;
  }

  private operator(
    decl: OpDecl,
    found: Exports,
    sorts: ReadonlySet<string>,
    source: Source,
    imports: readonly ImportDecl[],
  ): void {
    const { name, span } = decl.name;
    const { file } = source.module;
    const first = found.operators.get(name);
    if (first) this.twice(decl.name, first.span);
    const declared = declare(decl, sorts, this.speller, this.report);
    const { signature, notation } = declared;
    const { def = declared.def, place = () => span } = this.known.get(decl) ?? {};
    const key = this.keyOf(name, file);
    const operator: Operator = {
      ...{ key, def, origin: file, signature },
      get span() {
        return place();
      },
    };
    found.operators.set(name, operator);
    this.declared[key] = def;
    this.operators.push({ decl, def, file, module: this.meaningOf(name, imports, file) });
    if (decl.cost) this.costs.set(key, Number(decl.cost.text));
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

  /** Two operators of one name are two operators in the e-graph. */
  private keyOf(name: string, file: string): string {
    const isTaken = (key: string): boolean =>
      Object.hasOwn(this.declared, key) ||
      this.dialects.some((dialect) => Object.hasOwn(dialect.ops, key));
    if (!isTaken(name)) return name;
    const qualified = `${file.replace(/^.*[/\\]/, "").replace(/\.rules$/, "")}.${name}`;
    let key = qualified;
    for (let i = 2; isTaken(key); i++) key = `${qualified}.${i}`;
    return key;
  }

  /** The operator of a declared operator's name in a module that its file imports. */
  private meaningOf(name: string, imports: readonly ImportDecl[], file: string): OpDef | undefined {
    for (const decl of imports) {
      const module = this.module(decl, file);
      const isChosen = !decl.names || decl.names.some((chosen) => chosen.name === name);
      if (isChosen && module && Object.hasOwn(module.ops, name)) return module.ops[name];
    }
    return undefined;
  }

  /** Makes the operators of a module known to the e-graph, but for those that a file declares. */
  private adopt(module: Dialect): void {
    for (const [name, def] of Object.entries(module.ops))
      if (!Object.hasOwn(this.declared, name)) this.declared[name] = def;
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

  /** The dialect of the module that an import names. */
  private module(decl: ImportDecl, file: string): Dialect | undefined {
    const path = target(decl, file);
    if (path === undefined || path.endsWith(".rules")) return undefined;
    const found = this.modules.get(path);
    return typeof found === "string" ? undefined : found;
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
    const path = target(decl, source.module.file) as string;
    const why = this.modules.get(path);
    if (typeof why === "object") return;
    if (why !== undefined || !path.endsWith(".rules")) {
      this.report(
        error("R0110", span, `${quote(value)} cannot be imported`, {
          hints: why
            ? [why]
            : [
                "a module exports a dialect by default, and is loaded by the command line and by `loadRules`",
              ],
        }),
      );
      return;
    }
    const near = this.speller.closest(
      path,
      [...this.byFile.keys()].filter((file) => file !== normalise(source.module.file)),
    );
    this.report(
      error("R0109", span, `no rule file ${quote(value)} among those given`, {
        hints: near ? [`did you mean \`${near}\`?`] : ["pass it to the compiler with the others"],
      }),
    );
  }
}

/** Imports, those of single names last. */
function chosenLast(imports: readonly ImportDecl[]): readonly ImportDecl[] {
  return [...imports.filter(({ names }) => !names), ...imports.filter(({ names }) => names)];
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

/** Something that a file imports and that has to be loaded: a rule file or a module. */
export interface Imported {
  /** Against the importing file's own path where it is relative, normalised: what `CompileOptions.modules` goes by. */
  readonly path: string;
  /** Written with `./` or `../`; everything else is a package's. */
  readonly isRelative: boolean;
}

/** What a file imports besides dialects. */
export function importsOf(module: Module): readonly Imported[] {
  return module.declarations.flatMap((decl) => {
    const path = decl.kind === "import" ? target(decl, module.file) : undefined;
    if (decl.kind !== "import" || path === undefined) return [];
    return [{ path, isRelative: /^\.\.?\//.test(decl.from.value) }];
  });
}

/**
 * What an import names in a file: a path against the file's own, normalised; the name of a package, or of a file in one, as it
 * is; `undefined` for a dialect.
 */
function target(decl: ImportDecl, from: string): string | undefined {
  const { value } = decl.from;
  if (value.startsWith("dialect:")) return undefined;
  if (!value.startsWith("./") && !value.startsWith("../")) return value;
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
