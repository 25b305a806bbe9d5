/**
 * Rule files that change: analysed again only as far as a change reaches.
 *
 * @module
 */

import type { OpDef, RuleFile } from "@rewright/plugin";
import type { Rule, Span } from "./ast.ts";
import type { Diagnostic } from "./diagnostic.ts";
import { DocumentFile } from "./document-file.ts";
import type { Item } from "./item.ts";
import { Labels } from "./labels.ts";
import { lintAlone, lintAmong } from "./lint/lint.ts";
import { giveMeaning } from "./meaning.ts";
import { resolveCheck, resolveSchedule, resolveTest, type Test } from "./prove/statement.ts";
import { Resolution } from "./resolution.ts";
import { resolveRule } from "./rule.ts";
import { Said } from "./said.ts";
import {
  buildScopes,
  changedNames,
  type Importable,
  type Imported,
  importsOf,
  type Known,
  type Scope,
} from "./scope.ts";
import { Script } from "./script.ts";
import type { Module, OpDecl, RuleDecl, RulesDecl } from "./syntax.ts";

type Report = (diagnostic: Diagnostic) => void;

/**
 * A rule file that is being written, with those that it imports. After each change its diagnostics are what `compileRules`
 * says of the same texts; what the change has nothing to do with is not looked at again.
 */
export class Document {
  private readonly importable: Importable;
  private readonly scripts: readonly [Script, ...Script[]];
  private readonly definitions = new WeakMap<Item, OpDef>();
  private scopes: readonly Scope[] = [];
  private declared: Readonly<Record<string, OpDef>> = {};
  /** What the scopes were built from: all but the rules. */
  private linked: readonly Item[] = [];
  private linkage: readonly Said[] = [];
  private epoch = 0;
  /** What is wrong or odd, in all of the files, in their order. */
  diagnostics: readonly Diagnostic[] = [];

  /** `sources` are the file itself, then those that it imports, as `compileRules` takes them. */
  constructor(sources: readonly [RuleFile, ...RuleFile[]], importable: Importable) {
    const [own, ...others] = sources;
    this.importable = importable;
    this.scripts = [new Script(own), ...others.map((source) => new Script(source))];
    this.analyse();
  }

  /** The name of the file. */
  get file(): string {
    return this.scripts[0].file;
  }

  /** The file's text, without a byte order mark. */
  get text(): string {
    return this.scripts[0].text;
  }

  /** The file's tree. */
  get module(): Module {
    return this.scripts[0].module;
  }

  /** The operators that the files declare, or import from modules: the `ops` of a dialect. */
  get operators(): Readonly<Record<string, OpDef>> {
    return this.declared;
  }

  /** Puts another text in the place of the file's. */
  update(text: string): void {
    this.scripts[0].update(text);
    this.analyse();
  }

  /** What the file imports besides dialects. */
  get imports(): readonly Imported[] {
    return importsOf(this.scripts[0].declarations);
  }

  /** All of the files, as they are now. */
  get files(): readonly DocumentFile[] {
    return this.scripts.map((script, i) => new DocumentFile(script, this.scopes[i] as Scope));
  }

  private analyse(): void {
    const said: Diagnostic[] = [];
    const report: Report = (diagnostic) => {
      said.push(diagnostic);
    };
    for (const script of this.scripts) script.diagnostics.forEach(report);
    const changed = this.link();
    for (const diagnostic of this.linkage) report(diagnostic.now);
    const labels = new Labels<Item>((rule) => (rule.tree as RuleDecl).label.span);
    const resolved: Resolution[] = [];
    this.scripts.forEach((script, i) => {
      const scope = this.scopes[i] as Scope;
      const names = changed?.[i];
      for (const { item, rules } of script.parts) {
        if (item.kind !== "rulesHeader" || !item.isRead) continue;
        const [, name] = item.tokens;
        for (const rule of rules)
          if (rule.isRead) labels.add(name?.image ?? "", rule.first.image, rule, report);
        for (const rule of rules) {
          if (!rule.isRead) continue;
          const resolution = this.resolution(rule, item, scope, script, names);
          for (const diagnostic of resolution.findings.said) report(diagnostic.now);
          resolved.push(resolution);
        }
      }
      for (const { item } of script.parts)
        if (item.kind === "schedule" || item.kind === "check" || item.kind === "test")
          for (const diagnostic of this.resolution(item, item, scope, script, names).findings.said)
            report(diagnostic.now);
    });
    for (const { findings } of resolved)
      for (const diagnostic of findings.odd) report(diagnostic.now);
    lintAmong(resolved, report);
    const order = new Map(this.scripts.map(({ file }, i) => [file, i]));
    this.diagnostics = said.sort(
      (a, b) =>
        (order.get(a.span.file) ?? 0) - (order.get(b.span.file) ?? 0) ||
        a.span.start - b.span.start,
    );
  }

  /** Finds out what names mean. @returns for each file the names that meant something else before; nothing where none could */
  private link(): readonly ReadonlySet<string>[] | undefined {
    const items = this.scripts.flatMap((script) => script.parts.map(({ item }) => item));
    if (items.length === this.linked.length && items.every((item, i) => item === this.linked[i])) {
      const [script] = this.scripts;
      this.scopes = this.scopes.map((scope, i) =>
        i === 0 ? { ...scope, text: script.text } : scope,
      );
      return undefined;
    }
    const known = new Map<OpDecl, Known>();
    const places = new Map<OpDecl, Item>();
    for (const item of items) {
      const { tree } = item;
      if (tree?.kind !== "op") continue;
      places.set(tree, item);
      const def = this.definitions.get(item);
      const place = (): Span => (item.tree as OpDecl).name.span;
      known.set(tree, { ...(def && { def }), place });
    }
    const linkage: Said[] = [];
    const report: Report = (diagnostic) => {
      linkage.push(new Said(diagnostic, (span) => this.locate(span)));
    };
    const sources = this.scripts.map(({ declarations, text }) => ({ module: declarations, text }));
    const before = this.scopes;
    const { scopes, operators, declared } = buildScopes(sources, this.importable, report, known);
    giveMeaning(operators, report);
    for (const { decl, def } of operators) this.definitions.set(places.get(decl) as Item, def);
    this.scopes = scopes;
    this.declared = declared;
    this.linked = items;
    this.linkage = linkage;
    this.epoch++;
    return scopes.map((scope, i) => {
      const old = before[i];
      return old ? changedNames(old, scope) : new Set<string>();
    });
  }

  /** What an item comes to; worked out where it is new, or mentions names that have changed. */
  private resolution(
    item: Item,
    header: Item,
    scope: Scope,
    script: Script,
    changed: ReadonlySet<string> | undefined,
  ): Resolution {
    const known = item.resolution;
    if (known?.holds(this.epoch, changed)) {
      known.epoch = this.epoch;
      return known;
    }
    const said: Said[] = [];
    const odd: Said[] = [];
    const into =
      (list: Said[]): Report =>
      (diagnostic) => {
        list.push(new Said(diagnostic, (span) => this.locate(span)));
      };
    const { tree } = item;
    const report = into(said);
    let rules: readonly Rule[] = [];
    let test: Test | undefined;
    if (tree?.kind === "rule") {
      rules = resolveRule(tree, header.tree as RulesDecl, scope, report);
      lintAlone({ decl: tree, rules, text: scope.text }, into(odd));
    } else if (tree?.kind === "schedule") resolveSchedule(tree, scope, report);
    else if (tree?.kind === "check") resolveCheck(tree, scope, report);
    else if (tree?.kind === "test") test = resolveTest(tree, scope, report);
    const resolution = new Resolution(item, script, this.epoch, { rules, test, said, odd });
    item.resolution = resolution;
    return resolution;
  }

  private locate(span: Span): Item | undefined {
    const [own] = this.scripts;
    return span.file === own.file ? own.itemAt(span) : undefined;
  }
}
