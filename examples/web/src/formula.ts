// Formulas of propositional logic as people write them: read to terms, and written from terms.
import type { Term } from "egraph-ts";

/** Where a formula cannot be read. */
export class FormulaError extends Error {
  /** The offset in the text. */
  readonly at: number;

  constructor(message: string, at: number) {
    super(message);
    this.at = at;
  }
}

/** The two-place connectives, those that bind least first, each as it is written and in other spellings. */
const CONNECTIVES: readonly (readonly [name: string, ...spellings: string[]])[] = [
  ["<->", "↔", "<=>"],
  ["->", "→", "=>"],
  ["|", "∨", "||", "or"],
  ["^", "⊕", "xor"],
  ["&", "∧", "&&", "and"],
];
const NOT: readonly string[] = ["!", "¬", "~", "not"];
const TOKEN = /\s*(<->|<=>|->|=>|&&|\|\||[↔→∨⊕∧¬!~|^&()]|\w+|\S)/gy;
/** Deeper formulas are refused: reading goes down as they do. */
const MAX_DEPTH = 200;

/** Reads `a & (b -> !c)`; `true`, `false` and any other words are atoms. Throws a {@link FormulaError}. */
export function parseFormula(text: string): Term {
  return new FormulaReader(text).read();
}

class FormulaReader {
  private readonly tokens: { readonly token: string; readonly at: number }[];
  private next = 0;
  private depth = 0;

  constructor(text: string) {
    this.tokens = [...text.matchAll(TOKEN)].map((match) => ({
      token: match[1] as string,
      at: match.index + match[0].length - (match[1] as string).length,
    }));
    this.tokens.push({ token: "", at: text.length });
  }

  read(): Term {
    const term = this.level(0);
    if (this.peek().token !== "") throw this.fault("a connective is missing");
    return term;
  }

  private level(level: number): Term {
    const names = CONNECTIVES[level];
    if (!names) return this.unary();
    let left = this.level(level + 1);
    while (names.includes(this.peek().token.toLowerCase())) {
      this.next++;
      // Arrows are read from the right: a -> b -> c is a -> (b -> c).
      const right = this.level(names[0] === "->" ? level : level + 1);
      left = { op: names[0], children: [left, right] };
    }
    return left;
  }

  private unary(): Term {
    const { token } = this.peek();
    if (++this.depth > MAX_DEPTH) throw this.fault("this is nested too deep");
    try {
      if (NOT.includes(token.toLowerCase())) {
        this.next++;
        return { op: "!", children: [this.unary()] };
      }
      if (token === "(") {
        this.next++;
        const inner = this.level(0);
        if (this.peek().token !== ")") throw this.fault("a ) is missing");
        this.next++;
        return inner;
      }
      if (!/^\w+$/.test(token) || CONNECTIVES.some((names) => names.includes(token.toLowerCase())))
        throw this.fault(
          token === ""
            ? "something is missing at the end"
            : `a name or ( is missing before ${token}`,
        );
      this.next++;
      const constant = { "1": "true", "0": "false" }[token] ?? token;
      return { op: constant, children: [] };
    } finally {
      this.depth--;
    }
  }

  private peek(): { readonly token: string; readonly at: number } {
    return this.tokens[this.next] as { readonly token: string; readonly at: number };
  }

  private fault(message: string): FormulaError {
    return new FormulaError(message, this.peek().at);
  }
}

/** A formula cut into pieces, of which those with `isMarked` are the part at a place. */
export interface Piece {
  readonly text: string;
  readonly isMarked: boolean;
}

const SIGNS: ReadonlyMap<string, string> = new Map([
  ...CONNECTIVES.map(([name, sign]) => [name, sign] as [string, string]),
  ["!", "¬"],
]);

/** Writes a formula with no more brackets than it needs; `place` leads from the root to the part to mark. */
export function writeFormula(term: Term, place?: readonly number[]): readonly Piece[] {
  const pieces: Piece[] = [];
  const say = (text: string, isMarked: boolean): void => {
    const last = pieces.at(-1);
    if (last?.isMarked === isMarked)
      pieces[pieces.length - 1] = { text: last.text + text, isMarked };
    else pieces.push({ text, isMarked });
  };
  const walk = (
    part: Term,
    isBare: boolean,
    rest: readonly number[] | undefined,
    marked: boolean,
  ): void => {
    if ("variable" in part) {
      say(part.variable, marked);
      return;
    }
    const { op, children } = part;
    const isMarked = marked || rest?.length === 0;
    if (!isBare) say("(", isMarked);
    if (children.length < 2) say(sign(op), isMarked);
    for (const [i, child] of children.entries()) {
      if (i > 0) say(` ${sign(op)} `, isMarked);
      walk(child, standsBare(child, op, i), rest?.[0] === i ? rest.slice(1) : undefined, isMarked);
    }
    if (!isBare) say(")", isMarked);
  };
  walk(term, true, place, false);
  return pieces;
}

function sign(op: string): string {
  return SIGNS.get(op) ?? op;
}

/** Whether a formula needs no brackets as child `i` of a connective: names, negations, chains as they are read. */
function standsBare(part: Term, outer: string, i: number): boolean {
  if ("variable" in part || part.children.length < 2) return true;
  return part.op === outer && i === (outer === "->" ? 1 : 0);
}

/** The value of a formula when the names in `truths`, and `true`, are true. */
export function evaluate(term: Term, truths: ReadonlySet<string>): boolean {
  if ("variable" in term) throw new TypeError(`${term.variable} has no value`);
  const [a, b] = term.children.map((child) => evaluate(child, truths));
  switch (term.op) {
    case "!":
      return !a;
    case "&":
      return Boolean(a && b);
    case "|":
      return Boolean(a || b);
    case "^":
    case "<->":
      return (a === b) === (term.op === "<->");
    case "->":
      return Boolean(!a || b);
    default:
      return term.op === "true" || truths.has(term.op);
  }
}
