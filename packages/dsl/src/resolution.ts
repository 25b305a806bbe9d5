/**
 * What an item of a rule file comes to, and what is said of it, until it changes.
 *
 * @module
 */

import type { Rule } from "./ast.ts";
import type { Item } from "./item.ts";
import { endOf } from "./lexer.ts";
import type { Silhouette } from "./lint/silhouette.ts";
import type { Subject } from "./lint/subject.ts";
import type { Test } from "./prove/statement.ts";
import type { Said } from "./said.ts";
import type { Script } from "./script.ts";
import type { Shift } from "./shift.ts";
import type { RuleDecl } from "./syntax.ts";

/** What is found out about an item; its places are those of then. */
export interface Findings {
  /** Of a rule, one a direction; none where something is wrong with it. */
  readonly rules: readonly Rule[];
  readonly test: Test | undefined;
  /** What is wrong with it. */
  readonly said: readonly Said[];
  /** What is odd about it, by itself. */
  readonly odd: readonly Said[];
}

/** So many names are looked for in a text one after the other. */
const FEW = 8;

/** The findings about an item, as long as they hold. */
export class Resolution implements Subject {
  readonly item: Item;
  readonly findings: Findings;
  readonly rules: readonly Rule[];
  /** The last change of what names mean after which it is known to hold. */
  epoch: number;
  silhouettes: readonly Silhouette[] | undefined;
  private readonly script: Script;
  private readonly offset: number;
  private readonly line: number;

  constructor(item: Item, script: Script, epoch: number, findings: Findings) {
    this.item = item;
    this.script = script;
    this.epoch = epoch;
    this.findings = findings;
    this.rules = findings.rules;
    this.silhouettes = undefined;
    this.offset = item.first.startOffset;
    this.line = item.first.startLine ?? 1;
  }

  /** Where the rule stands now. */
  get decl(): RuleDecl {
    return this.item.tree as RuleDecl;
  }

  get text(): string {
    return this.script.text;
  }

  /** How far the item has moved since. */
  get shift(): Shift {
    const { startOffset, startLine = 1 } = this.item.first;
    return { offset: startOffset - this.offset, lines: startLine - this.line };
  }

  /** Whether it still holds. `changed` are the names that changed just now, if some did. */
  holds(epoch: number, changed: ReadonlySet<string> | undefined): boolean {
    if (this.epoch === epoch) return true;
    // It was not looked at when names changed before.
    if (!changed || this.epoch < epoch - 1) return false;
    if (changed.size === 0) return true;
    // What is said of mistakes depends on all names: one of them may have been meant.
    return this.findings.said.length === 0 && !this.names(changed);
  }

  /** Whether it names one of these. */
  private names(changed: ReadonlySet<string>): boolean {
    const { first, tokens } = this.item;
    const isNamed = (): boolean => tokens.some(({ image }) => changed.has(image));
    if (changed.size > FEW) return isNamed();
    const text = this.script.text.slice(first.startOffset, endOf(tokens.at(-1) ?? first));
    // The text is looked through faster than its tokens, and tells of nearly all items.
    for (const name of changed) if (text.includes(name)) return isNamed();
    return false;
  }
}
