import type { EGraph } from "./egraph.ts";
import { EGraphError } from "./error.ts";
import type { ArgId, OpId } from "./ids.ts";
import type { Syntax } from "./term.ts";

/** How an e-node without its children is written as one text, and read again. */
export type Spelling = Pick<Syntax, "read" | "write">;

/** Deeper arguments have no spelling. */
const MAX_DEPTH = 100;

/**
 * Writes operators with their arguments. Where the syntax has nothing to say, an argument is written as JSON
 * behind the name, `conv {"strides":[1,1]}`, and a name that could be mistaken for such a text in quotes.
 */
export class Writer {
  // biome-ignore lint/suspicious/noExplicitAny: spelling does not look at the facts of the graph
  private readonly graph: EGraph<any>;
  private readonly spelling: Spelling;
  private readonly known = new Map<string, string>();

  // biome-ignore lint/suspicious/noExplicitAny: spelling does not look at the facts of the graph
  constructor(graph: EGraph<any>, spelling: Spelling) {
    this.graph = graph;
    this.spelling = spelling;
  }

  /** Throws an {@link EGraphError} `literal` for an argument that has no spelling, or one that reads as another. */
  write(op: OpId, arg: ArgId): string {
    const key = `${op} ${arg}`;
    const known = this.known.get(key);
    if (known !== undefined) return known;
    const text = this.spell(op, arg);
    this.known.set(key, text);
    return text;
  }

  private spell(op: OpId, arg: ArgId): string {
    const { graph, spelling } = this;
    const name = graph.operatorName(op);
    const own = arg === 0 ? undefined : spelling.write?.(op, arg);
    const text = own ?? (arg === 0 ? plain(name) : withValue(name, graph.argument(arg)));
    if (text === undefined)
      throw new EGraphError(
        "literal",
        `the argument ${String(graph.argument(arg))} of ${name} is no JSON; give "write" and "read" for it`,
      );
    const back = spelling.read?.(text);
    const same = back ? back.op === op && back.arg === arg : own === undefined || !spelling.read;
    if (!same)
      throw new EGraphError(
        "literal",
        `${name}${arg === 0 ? "" : ` with the argument ${String(graph.argument(arg))}`} is written ${JSON.stringify(text)}, which "read" takes for something else`,
      );
    return text;
  }
}

/** Reads what a {@link Writer} with the same syntax wrote; any other text is an operator of that name. */
export function readSymbol(
  // biome-ignore lint/suspicious/noExplicitAny: spelling does not look at the facts of the graph
  graph: EGraph<any>,
  spelling: Spelling,
  text: string,
): { readonly op: OpId; readonly arg: ArgId } {
  const own = spelling.read?.(text);
  if (own) return own;
  const { name, json } = split(text);
  const arg = json === undefined ? 0 : graph.intern(json, JSON.parse(json));
  return { op: graph.operator(name), arg };
}

function plain(name: string): string {
  return needsQuotes(name) ? JSON.stringify(name) : name;
}

function withValue(name: string, value: unknown): string | undefined {
  if (!isJson(value, MAX_DEPTH)) return undefined;
  return `${isBare(name) ? name : JSON.stringify(name)} ${JSON.stringify(value)}`;
}

/** Whether a name reads as something else when it stands alone. */
function needsQuotes(name: string): boolean {
  const { name: read, json } = split(name);
  return read !== name || json !== undefined;
}

/** Whether a name can stand before an argument as it is. */
function isBare(name: string): boolean {
  return /^[^\s"]\S*$/.test(name);
}

/** The name and the argument, if the text is just what would be written for them. */
function split(text: string): { readonly name: string; readonly json?: string } {
  const end = text.startsWith('"') ? closing(text) : text.search(/\s/);
  if (end <= 0) return { name: text };
  const head = text.slice(0, end);
  const name = text.startsWith('"') ? unquoted(head) : head;
  if (name === undefined) return { name: text };
  if (end === text.length) return needsQuotes(name) ? { name } : { name: text };
  const json = text.slice(end + 1);
  const written = text[end] === " " && (isBare(name) ? name : JSON.stringify(name)) === head;
  return written && isWritten(json) ? { name, json } : { name: text };
}

/** Where the string that a text begins with ends; -1: nowhere. */
function closing(text: string): number {
  for (let at = 1; at < text.length; at++) {
    if (text[at] === "\\") at++;
    else if (text[at] === '"') return at + 1;
  }
  return -1;
}

function unquoted(quoted: string): string | undefined {
  try {
    const name: string = JSON.parse(quoted);
    return JSON.stringify(name) === quoted ? name : undefined;
  } catch {
    return undefined;
  }
}

/** Whether a text is JSON just as it would be written. */
function isWritten(json: string): boolean {
  try {
    const value: unknown = JSON.parse(json);
    return isJson(value, MAX_DEPTH) && JSON.stringify(value) === json;
  } catch {
    return false;
  }
}

/** Whether JSON can say a value, so that reading it gives an equal one. */
function isJson(value: unknown, depth: number): boolean {
  if (value === null || typeof value === "string" || typeof value === "boolean") return true;
  if (typeof value === "number") return Number.isFinite(value) && !Object.is(value, -0);
  if (typeof value !== "object" || depth === 0) return false;
  if (Array.isArray(value))
    return (
      Object.keys(value).length === value.length && value.every((item) => isJson(item, depth - 1))
    );
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype !== Object.prototype && prototype !== null) return false;
  return Object.values(value).every((item) => isJson(item, depth - 1));
}
