/**
 * The JSON form of a rule file's tree: stable, versioned, read and written without loss.
 *
 * @module
 */

import type { Span } from "./ast.ts";
import { type FieldType, NODES, UNIONS } from "./json-form.ts";
import { DEEPEST } from "./lexer.ts";
import type { Module } from "./syntax.ts";
import { isName } from "./tokens.ts";

/** The version of the form. It grows when a reader of the last one would misread the next. */
const VERSION = 1;

/** A rule file as JSON. `docs/language/json.md` says what stands in `declarations`. */
export interface JsonModule {
  readonly rewright: "rules";
  readonly version: 1;
  readonly file: string;
  readonly declarations: readonly unknown[];
}

/** The JSON form of a tree. Places become lists of four numbers; with `places: false` they are left out. */
export function toJson(module: Module, options: { readonly places?: boolean } = {}): JsonModule {
  const write = (part: unknown): unknown => {
    if (Array.isArray(part)) return part.map(write);
    if (typeof part !== "object" || part === null) return part;
    const fields: [string, unknown][] = [];
    for (const [name, value] of Object.entries(part)) {
      if (!isPlace(name)) fields.push([name, write(value)]);
      else if (options.places !== false) fields.push([name, placeOf(value as Span)]);
    }
    return Object.fromEntries(fields);
  };
  return {
    rewright: "rules",
    version: VERSION,
    file: module.file,
    declarations: module.declarations.map(write),
  };
}

function isPlace(field: string): boolean {
  return /span$/i.test(field);
}

/** Offset of the first character, offset after the last, line, column. */
function placeOf({ start, end, line, column }: Span): readonly number[] {
  return [start, end, line, column];
}

/**
 * The tree that a JSON form stands for: that of `toJson`, when read back. Places that are left out are the beginning of the file.
 *
 * @throws TypeError naming the first part that is not of the form
 */
export function fromJson(json: unknown): Module {
  const whole = objectOf(json, "the value");
  if (whole["rewright"] !== "rules") refuse("rewright", '"rules"', whole["rewright"]);
  if (whole["version"] !== VERSION)
    throw new TypeError(
      `version: this reader knows ${VERSION}, and this is ${shown(whole["version"])}`,
    );
  const { file, declarations } = whole;
  if (typeof file !== "string") return refuse("file", "a string", file);
  const [extra] = Object.keys(whole).filter(
    (name) => !["rewright", "version", "file", "declarations"].includes(name),
  );
  if (extra !== undefined) throw new TypeError(`${extra}: there is no such field`);
  const reader = new Reader(file);
  return {
    file,
    declarations: reader.list(
      "Declaration",
      declarations,
      "declarations",
      0,
    ) as Module["declarations"],
  };
}

class Reader {
  private readonly file: string;

  constructor(file: string) {
    this.file = file;
  }

  list(type: string, value: unknown, path: string, depth: number): readonly unknown[] {
    if (!Array.isArray(value)) return refuse(path, "a list", value);
    return value.map((item, i) => this.read(type, item, `${path}[${i}]`, depth));
  }

  /** A node, or a text, number or truth value, of a type. */
  private read(type: string, value: unknown, path: string, depth: number): unknown {
    if (depth > 4 * DEEPEST) throw new TypeError(`${path}: nested too deep`);
    const choices = type.split("|");
    if (choices.length > 1) {
      const literal = choices.find(
        (choice) => choice.startsWith('"') && JSON.parse(choice) === value,
      );
      if (literal !== undefined) return value;
      const [other] = choices.filter((choice) => !choice.startsWith('"'));
      return other === undefined
        ? refuse(path, choices.join(" or "), value)
        : this.read(other, value, path, depth);
    }
    const leaf = LEAVES.get(type);
    if (leaf) return leaf.fits(value) ? value : refuse(path, leaf.what, value);
    const node = objectOf(value, path);
    const kinds = UNIONS[type];
    if (!kinds) return this.fields(type, node, path, depth);
    const kind = node["kind"];
    if (typeof kind !== "string" || !kinds.includes(kind))
      return refuse(`${path}.kind`, `one of ${kinds.join(", ")}`, kind);
    return { kind, ...this.fields(kind, node, path, depth) };
  }

  private fields(
    type: string,
    node: Readonly<Record<string, unknown>>,
    path: string,
    depth: number,
  ): Readonly<Record<string, unknown>> {
    const form = NODES[type] as Readonly<Record<string, FieldType>>;
    const found: [string, unknown][] = [];
    for (const name of Object.keys(node))
      if (name !== "kind" && !Object.hasOwn(form, name))
        throw new TypeError(`${path}.${name}: there is no such field`);
    for (const [name, written] of Object.entries(form)) {
      const isOptional = written.endsWith("?");
      const fieldType = isOptional ? written.slice(0, -1) : written;
      const value = Object.hasOwn(node, name) ? node[name] : undefined;
      const at = `${path}.${name}`;
      if (value === undefined && isOptional) continue;
      if (fieldType === "place") found.push([name, this.span(value, at)]);
      else if (fieldType.endsWith("[]"))
        found.push([name, this.list(fieldType.slice(0, -2), value, at, depth + 1)]);
      else found.push([name, this.read(fieldType, value, at, depth + 1)]);
    }
    return Object.fromEntries(found);
  }

  private span(value: unknown, path: string): Span {
    const { file } = this;
    if (value === undefined) return { file, start: 0, end: 0, line: 1, column: 1 };
    if (!Array.isArray(value) || value.length !== 4 || !value.every(isCount))
      return refuse(path, "four whole numbers", value);
    const [start, end, line, column] = value as [number, number, number, number];
    return { file, start, end, line, column };
  }
}

function isCount(value: unknown): boolean {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

/** What is not a node. */
const LEAVES: ReadonlyMap<
  string,
  { readonly what: string; readonly fits: (value: unknown) => boolean }
> = new Map([
  ["text", { what: "a string", fits: (value) => typeof value === "string" }],
  ["name", { what: "a name", fits: (value) => typeof value === "string" && isName(value) }],
  [
    "number",
    {
      what: "a number in a string",
      fits: (value) => typeof value === "string" && /^\d+(?:\.\d+)?(?:[eE][+-]?\d+)?$/.test(value),
    },
  ],
  ["count", { what: "a whole number", fits: isCount }],
  [
    "result",
    {
      what: "a whole number or a name",
      fits: (value) => isCount(value) || (typeof value === "string" && isName(value)),
    },
  ],
  ["boolean", { what: "true or false", fits: (value) => typeof value === "boolean" }],
]);

function objectOf(value: unknown, path: string): Readonly<Record<string, unknown>> {
  if (typeof value !== "object" || value === null || Array.isArray(value))
    return refuse(path, "an object", value);
  return value as Readonly<Record<string, unknown>>;
}

function refuse(path: string, wanted: string, found: unknown): never {
  throw new TypeError(`${path}: expected ${wanted}, found ${shown(found)}`);
}

function shown(value: unknown): string {
  if (Array.isArray(value)) return "a list";
  if (typeof value === "object" && value !== null) return "an object";
  const text = JSON.stringify(value) ?? "nothing";
  return text.length > 40 ? `${text.slice(0, 40)}…` : text;
}
