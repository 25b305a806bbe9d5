/**
 * What is known of one of the files of a document.
 *
 * @module
 */

import type { Rule } from "./ast.ts";
import { Fabric } from "./fabric.ts";
import type { Item } from "./item.ts";
import type { Part } from "./part.ts";
import type { Test } from "./prove/statement.ts";
import { titleOf } from "./rule.ts";
import type { Scope } from "./scope.ts";
import type { Script } from "./script.ts";
import { movedTree } from "./shift.ts";
import type { Module, RuleDecl, TestDecl } from "./syntax.ts";

/**
 * One of the files of a document, as far as it could be understood. It is worked out as it is asked for: only before the document
 * changes again.
 */
export class DocumentFile {
  readonly file: string;
  /** Without a byte order mark. */
  readonly text: string;
  readonly scope: Scope;
  /** Its tokens, and what they belong to. */
  readonly fabric: Fabric;
  private readonly script: Script;
  private tree: Module | undefined;
  private items: ReadonlyMap<unknown, readonly [Item, Part]> | undefined;

  constructor(script: Script, scope: Scope) {
    this.file = script.file;
    this.text = script.text;
    this.fabric = new Fabric(script);
    this.scope = scope;
    this.script = script;
  }

  /** All declarations and rules that could be read. */
  get module(): Module {
    this.tree ??= this.script.module;
    return this.tree;
  }

  /** The rules that a declaration of the module stands for, one a direction; none where something is wrong with it. */
  rulesOf(decl: RuleDecl): readonly Rule[] {
    const [item, part] = this.find(decl) ?? [];
    const header = part?.item.tree;
    const found = item?.resolution;
    if (!found || header?.kind !== "rules") return [];
    return found.rules.map((rule, i) => ({
      ...movedTree(rule, found.shift),
      ...titleOf(decl, header, i > 0),
      line: decl.span.line,
    }));
  }

  /** The rules of all declarations. */
  get rules(): readonly Rule[] {
    return this.module.declarations.flatMap((decl) =>
      decl.kind === "rules" ? decl.rules.flatMap((rule) => this.rulesOf(rule)) : [],
    );
  }

  /** What a test of the module comes to; `undefined` where something is wrong with it. */
  testOf(decl: TestDecl): Test | undefined {
    const resolution = this.find(decl)?.[0].resolution;
    const test = resolution?.findings.test;
    return test && movedTree(test, resolution.shift);
  }

  private find(decl: RuleDecl | TestDecl): readonly [Item, Part] | undefined {
    this.items ??= new Map(
      this.fabric.parts.flatMap((part) =>
        [part.item, ...part.rules].map((item) => [item.tree, [item, part]] as const),
      ),
    );
    return this.items.get(decl);
  }
}
