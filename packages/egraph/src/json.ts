import { EGraphError } from "./error.ts";

/**
 * Reads JSON (RFC 8259) piece by piece, as the caller expects it: nothing is built that is not asked for, so
 * that limits hold while reading; members come in the order of the text; keys that come twice are refused.
 */
export class JsonReader {
  private readonly text: string;
  private at = 0;
  /** The keys and indices that lead to the present place. */
  private readonly path: (string | number)[] = [];

  constructor(text: string) {
    this.text = text;
  }

  /** An object: calls back at each key, to read the value. */
  object(member: (key: string) => void): void {
    this.open("{", "an object");
    if (this.closes("}")) return;
    // The many small objects of a file are not worth a set each.
    const few: string[] = [];
    let all: Set<string> | undefined;
    do {
      const from = this.peek();
      const key = this.key();
      if (all ? all.has(key) : few.includes(key))
        throw this.fault(`the key ${show(key)} comes twice`, from);
      if (all) all.add(key);
      else if (few.push(key) === 16) all = new Set(few);
      this.path.push(key);
      member(key);
      this.path.pop();
    } while (this.goesOn("}"));
  }

  /** An array: calls back at each item, to read it. */
  array(item: () => void): void {
    this.open("[", "an array");
    if (this.closes("]")) return;
    let index = 0;
    do {
      this.path.push(index++);
      item();
      this.path.pop();
    } while (this.goesOn("]"));
  }

  /** An array of strings. */
  strings(): string[] {
    const items: string[] = [];
    this.array(() => items.push(this.string()));
    return items;
  }

  /** A string. */
  string(): string {
    const from = this.peek();
    const { text } = this;
    if (text[from] !== '"') throw this.mismatch("a string");
    for (let at = from + 1; at < text.length; at++) {
      const unit = text.charCodeAt(at);
      if (unit === QUOTE) {
        this.at = at + 1;
        return text.slice(from + 1, at);
      }
      if (unit === BACKSLASH) return this.escaped(from, at);
      if (unit < SPACE) throw this.fault("a control character; write it as an escape", at);
    }
    throw this.fault('this string has no end; close it with "', from);
  }

  private escaped(from: number, first: number): string {
    const { text } = this;
    let at = first;
    while (at < text.length && text.charCodeAt(at) !== QUOTE)
      at += text.charCodeAt(at) === BACKSLASH ? 2 : 1;
    try {
      const value: string = JSON.parse(text.slice(from, at + 1));
      this.at = at + 1;
      return value;
    } catch {
      throw this.fault("this string has a wrong escape, a control character or no end", from);
    }
  }

  /** A string; undefined where there is `null`. */
  stringOrNull(): string | undefined {
    if (this.word() !== "null") return this.string();
    this.at += "null".length;
    return undefined;
  }

  /** A number. */
  number(): number {
    NUMBER.lastIndex = this.peek();
    const match = NUMBER.exec(this.text);
    if (!match) throw this.mismatch("a number");
    this.at = NUMBER.lastIndex;
    return Number(match[0]);
  }

  /** True or false. */
  boolean(): boolean {
    const word = this.word();
    if (word !== "true" && word !== "false") throw this.mismatch("true or false");
    this.at += word.length;
    return word === "true";
  }

  /** Any value, however deep; nothing of it is kept. */
  skip(): void {
    const closers: ("}" | "]")[] = [];
    do {
      const char = this.text[this.peek()];
      if (char === "{" || char === "[") {
        const closer = char === "{" ? "}" : "]";
        this.at++;
        if (!this.closes(closer)) {
          closers.push(closer);
          if (closer === "}") this.key();
          continue;
        }
      } else if (char === '"') this.string();
      else this.literal();
      while (closers.length > 0 && !this.goesOn(closers.at(-1) as string)) closers.pop();
      if (closers.at(-1) === "}") this.key();
    } while (closers.length > 0);
  }

  private literal(): void {
    const word = this.word();
    if (word === "true" || word === "false" || word === "null") this.at += word.length;
    else this.number();
  }

  private key(): string {
    const key = this.string();
    this.expect(":");
    return key;
  }

  /** Nothing may follow. */
  end(): void {
    const from = this.peek();
    if (from < this.text.length)
      throw this.fault(`the text goes on after its end with ${this.found()}`, from);
  }

  /** What is wrong here, or at an offset: with line, column and path. */
  fault(message: string, at: number = this.at): EGraphError {
    const before = this.text.slice(0, at);
    const line = before.split("\n").length;
    const column = at - before.lastIndexOf("\n");
    const path = this.path.map((step) => `[${typeof step === "number" ? step : show(step)}]`);
    const place = path.length > 0 ? `, in ${path.join("")}` : "";
    return new EGraphError("format", `line ${line}, column ${column}${place}: ${message}`, at + 1);
  }

  private mismatch(wanted: string): EGraphError {
    return this.fault(`${wanted} is wanted, not ${this.found()}`, this.peek());
  }

  /** What is at the present place, for errors. */
  private found(): string {
    const char = this.text[this.peek()];
    if (char === undefined) return "the end of the text";
    if (char === "{") return "an object";
    if (char === "[") return "an array";
    if (char === '"') return "a string";
    return this.word() || char;
  }

  private word(): string {
    WORD.lastIndex = this.peek();
    return WORD.exec(this.text)?.[0] ?? "";
  }

  /** Where the next piece begins, behind white space. */
  private peek(): number {
    const { text } = this;
    while (isSpace(text.charCodeAt(this.at))) this.at++;
    return this.at;
  }

  private open(bracket: string, wanted: string): void {
    if (!this.closes(bracket)) throw this.mismatch(wanted);
  }

  private expect(mark: string): void {
    if (!this.closes(mark)) throw this.mismatch(`"${mark}"`);
  }

  private closes(bracket: string): boolean {
    if (this.text[this.peek()] !== bracket) return false;
    this.at++;
    return true;
  }

  /** Whether another item follows; takes the comma or the bracket. */
  private goesOn(bracket: string): boolean {
    if (this.closes(bracket)) return false;
    if (!this.closes(",")) throw this.mismatch(`"," or "${bracket}"`);
    return true;
  }
}

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const SPACE = 0x20;
const NUMBER = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
const WORD = /[-+.\w]{1,40}/y;

function isSpace(unit: number): boolean {
  return unit === 0x20 || unit === 0x0a || unit === 0x0d || unit === 0x09;
}

/** A name from a file, for errors. */
export function show(name: string): string {
  return JSON.stringify(name.length > 60 ? `${name.slice(0, 60)}…` : name);
}
