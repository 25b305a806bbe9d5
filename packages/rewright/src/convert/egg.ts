/**
 * egg's rules, as Rust has them: `rewrite!`, `multi_rewrite!`, and macros of a file's own around them.
 *
 * @module
 */

import {
  type Condition,
  type ForeignFile,
  type ForeignRule,
  MalformedError,
  type Place,
  type Term,
  type Unreadable,
} from "./foreign.ts";
import { readEquations } from "./multipattern.ts";
import { closing, cut, rustTokens, type Token } from "./rust.ts";
import { eggAtom, Lines, readSexps, termOf } from "./sexp.ts";

/** Which macros of a file make rules. */
interface Macros {
  readonly one: ReadonlySet<string>;
  readonly multi: ReadonlySet<string>;
  /** The file's own, of names and two patterns. */
  readonly own: ReadonlySet<string>;
}

/**
 * Reads a Rust file.
 * @throws MalformedError
 */
export function readEgg(text: string): ForeignFile {
  const lines = new Lines(text);
  const tokens = rustTokens(text, lines);
  const reader = new Reader(text, lines);
  const macros = macrosOf(tokens, lines);
  const language: { names: Map<string, string>; name?: string; payloads: string[] } = {
    names: new Map(),
    payloads: [],
  };
  const rules: (ForeignRule | Unreadable)[] = [];
  for (let i = 0; i + 2 < tokens.length; i++) {
    const [word, sign, open] = tokens.slice(i, i + 3) as [Token, Token, Token];
    if (word.kind !== "word" || sign.text !== "!") continue;
    if (word.text === "macro_rules") {
      // What a macro is made of is a template, not a rule.
      const body = tokens.findIndex((token, j) => j > i && token.kind === "open");
      i = body < 0 ? i : endOf(tokens, body, lines);
      continue;
    }
    if (open.kind !== "open") continue;
    const isRule = macros.one.has(word.text) || macros.multi.has(word.text);
    if (!isRule && !macros.own.has(word.text) && word.text !== "define_language") continue;
    const end = endOf(tokens, i + 2, lines);
    const body = tokens.slice(i + 3, end);
    if (word.text === "define_language") readLanguage(body, language);
    else if (macros.own.has(word.text)) rules.push(...reader.own(body, word));
    else rules.push(reader.rule(body, word, macros.multi.has(word.text)));
    i = end;
  }
  const floats = language.payloads.some(
    (type) => !/^(?:[iu](?:8|16|32|64|128|size)|bool|Symbol|String)$/.test(type),
  );
  const whole = language.payloads.some((type) => /^[iu]\d|^[iu]size$/.test(type));
  return {
    rules,
    others: new Map(),
    ...(language.name !== undefined && { language: language.name }),
    names: language.names,
    integers: whole && !floats,
  };
}

function endOf(tokens: readonly Token[], open: number, lines: Lines): number {
  const end = closing(tokens, open);
  if (end === undefined) {
    const { start, text } = tokens[open] as Token;
    throw new MalformedError(lines.place(start), `this \`${text}\` is never closed`);
  }
  return end;
}

/** egg's macros under the names that a file imports them by, and the file's own macros that use them. */
function macrosOf(tokens: readonly Token[], lines: Lines): Macros {
  const one = new Set(["rewrite", "rw"]);
  const multi = new Set(["multi_rewrite"]);
  const own = new Set<string>();
  for (const [i, token] of tokens.entries()) {
    const [as, name] = tokens.slice(i + 1, i + 3);
    if (as?.text === "as" && name?.kind === "word") {
      if (token.text === "rewrite") one.add(name.text);
      if (token.text === "multi_rewrite") multi.add(name.text);
    }
    if (token.text !== "macro_rules" || as?.text !== "!" || name?.kind !== "word") continue;
    if (tokens[i + 3]?.kind !== "open") continue;
    const body = tokens.slice(i + 3, endOf(tokens, i + 3, lines));
    if (body.some(({ text }, j) => one.has(text) && body[j + 1]?.text === "!")) own.add(name.text);
  }
  return { one, multi, own };
}

/** `define_language! { enum Math { "+" = Add([Id; 2]), Num(i32) } }`. */
function readLanguage(
  body: readonly Token[],
  language: { names: Map<string, string>; name?: string; payloads: string[] },
): void {
  for (const [i, { kind, text, value }] of body.entries()) {
    const next = body[i + 1];
    const after = body[i + 2];
    if (text === "enum" && next?.kind === "word") language.name ??= next.text;
    if (kind === "string" && next?.text === "=" && after?.kind === "word")
      language.names.set(value as string, after.text);
    const isVariant = kind === "word" && next?.text === "(" && after?.kind === "word";
    if (isVariant && body[i - 1]?.text !== "=" && body[i + 3]?.text === ")" && after.text !== "Id")
      language.payloads.push(after.text);
  }
}

class Reader {
  readonly #text: string;
  readonly #lines: Lines;
  #count = 0;

  constructor(text: string, lines: Lines) {
    this.#text = text;
    this.#lines = lines;
  }

  /** `"name"; "left" => "right" if condition`. */
  rule(body: readonly Token[], macro: Token, isMulti: boolean): ForeignRule | Unreadable {
    const at = this.#lines.place(macro.start);
    const [head = [], rest = [], ...more] = cut(
      body,
      ({ text, kind }) => kind === "sign" && text === ";",
    );
    this.#count++;
    const name = head.map(({ text }) => text).join("") || `rule_${this.#count}`;
    const arrows = rest.filter(
      ({ kind, text }) => kind === "sign" && (text === "=>" || text === "<=>"),
    );
    const [left = [], behind] = cut(rest, (token) => token === arrows[0]);
    if (!behind || more.length > 0)
      throw new MalformedError(
        at,
        `\`${macro.text}!\` takes a name, \`;\`, and two patterns with \`=>\` between them`,
      );
    const trimmed = behind.at(-1)?.text === "," ? behind.slice(0, -1) : behind;
    const [right = [], ...conditions] = cut(
      trimmed,
      ({ kind, text }) => kind === "word" && text === "if",
    );
    const unreadable = (reason: string): Unreadable => ({ kind: "unreadable", name, at, reason });
    const sides = [left, right].map((side) =>
      side.length === 1 && side[0]?.kind === "string" ? side[0] : undefined,
    );
    const [from, to] = sides;
    if (!from || !to)
      return unreadable(
        `its ${from ? "right" : "left"} side is Rust code: \`${this.#code(from ? right : left)}\``,
      );
    const twoWay = arrows[0]?.text === "<=>";
    const read: Condition[] = [];
    for (const condition of conditions) {
      const found = this.#condition(condition);
      if (!found) return unreadable(`its condition is Rust code: \`${this.#code(condition)}\``);
      read.push(found);
    }
    const common = { kind: "rule", name, at, conditions: read, subsume: false, twoWay } as const;
    if (!isMulti) return { ...common, left: [this.#pattern(from)], right: [this.#pattern(to)] };
    const roots = readEquations(this.#equations(from), this.#equations(to));
    return typeof roots === "string" ? unreadable(roots) : { ...common, ...roots };
  }

  /** `name, "left", "right"`, or two names: then the inverse bears the second. */
  own(body: readonly Token[], macro: Token): readonly (ForeignRule | Unreadable)[] {
    const at = this.#lines.place(macro.start);
    const parts = cut(body, ({ text, kind }) => kind === "sign" && text === ",").filter(
      (part) => part.length > 0,
    );
    const strings = parts.filter((part) => part.length === 1 && part[0]?.kind === "string");
    const [from, to] = strings.slice(-2).map((part) => part[0] as Token);
    const names = parts.filter((part) => part.length === 1 && part[0]?.kind === "word");
    if (!from || !to || names.length + 2 !== parts.length || names.length > 2) {
      const name = `${macro.text}_${++this.#count}`;
      const reason = `what the macro \`${macro.text}!\` makes of this is not known`;
      return [{ kind: "unreadable", name, at, reason }];
    }
    const sides = { left: [this.#pattern(from)], right: [this.#pattern(to)] };
    const common = { kind: "rule", at, conditions: [], subsume: false, twoWay: false } as const;
    return names.map((name, i) => ({
      ...common,
      name: name[0]?.text ?? "",
      ...(i === 0 ? sides : { left: sides.right, right: sides.left }),
    }));
  }

  #pattern(string: Token): Term {
    const sexps = readSexps(string.value as string, this.#inside(string));
    const [only, second] = sexps;
    if (!only || second)
      throw new MalformedError(
        second?.at ?? this.#lines.place(string.start),
        only ? "a second pattern where one is expected" : "an empty pattern",
      );
    return termOf(only, eggAtom);
  }

  #equations(string: Token): { readonly text: string; readonly place: (offset: number) => Place } {
    return { text: string.value as string, place: this.#inside(string) };
  }

  /** Places inside of a string. Behind an escape they are off by it. */
  #inside({ inside = 0 }: Token): (offset: number) => Place {
    return (offset) => this.#lines.place(inside + offset);
  }

  /** `f("?x", var("?y"))`, or what such a call says of patterns. */
  #condition(tokens: readonly Token[]): Condition | undefined {
    const open = tokens.findIndex(({ kind }) => kind === "open");
    const callee = tokens[open - 1];
    if (open < 1 || callee?.kind !== "word") return undefined;
    if (tokens.slice(0, open).some(({ kind, text }) => kind !== "word" && text !== "::"))
      return undefined;
    const text = this.#code(tokens);
    const strings = tokens.slice(open + 1).filter(({ kind }) => kind === "string");
    const path = tokens
      .slice(0, open)
      .map((token) => token.text)
      .join("");
    return { name: path, args: strings.map((string) => this.#pattern(string)), text };
  }

  #code(tokens: readonly Token[]): string {
    const text = this.#text.slice(tokens[0]?.start ?? 0, tokens.at(-1)?.end ?? 0);
    const flat = text.replace(/\s+/g, " ");
    return flat.length > 60 ? `${flat.slice(0, 57)}…` : flat;
  }
}
