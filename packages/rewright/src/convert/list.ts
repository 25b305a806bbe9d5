/**
 * Plain lists of rules: `(lhs) => (rhs)`, as Ruler and TENSAT write them.
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
  variablesOf,
} from "./foreign.ts";
import { eggAtom, Lines, readSexps, type Sexp, showTerm, termOf } from "./sexp.ts";

const ONE_WAY = new Set(["=>", "==>"]);
const TWO_WAY = new Set(["<=>", "<==>", "=="]);
const SIGNS = ["<==>", "<=>", "==>", "=>", "=="];
const COMMENTS = [";", "#", "//"];

/** One rule of a list, and the line that it ends in. */
interface Item {
  readonly rule: ForeignRule;
  readonly first: number;
  readonly last: number;
}

/**
 * Reads a list in egg's notation: `?x` is a variable, other words are operators.
 * @throws MalformedError
 */
export function readList(text: string): ForeignFile {
  return { rules: items(text, eggAtom).map(({ rule }) => rule), others: new Map() };
}

/**
 * Reads a list in TENSAT's notation: every word that is not a number is a variable. Lines right below one another are rules of two
 * roots, two lines each, if there is one among them whose right side needs what the other line binds.
 * @throws MalformedError
 */
export function readTensat(text: string): ForeignFile {
  const all = items(text, (word, at) => ({
    kind: "variable",
    name: word.replace(/^\?/, ""),
    at,
  }));
  const blocks: Item[][] = [];
  for (const item of all) {
    const block = blocks.at(-1);
    if (block && item.first <= (block.at(-1) as Item).last + 1) block.push(item);
    else blocks.push([item]);
  }
  const rules = blocks.flatMap((block) =>
    block.some(isHalf) ? paired(block) : block.map((item) => item.rule),
  );
  return { rules, others: new Map() };
}

/** Whether the right side needs more than the left side binds. */
function isHalf({ rule }: Item): boolean {
  const bound = variablesOf(rule.left);
  return [...variablesOf(rule.right)].some((name) => !bound.has(name));
}

function paired(block: readonly Item[]): readonly ForeignRule[] {
  return block.flatMap(({ rule }, i) => {
    if (i % 2 === 1) return [];
    const second = block[i + 1]?.rule;
    if (!second)
      throw new MalformedError(
        rule.at,
        "a rule of two roots is two lines, and this one is alone; a blank line separates such rules from others",
      );
    return {
      ...rule,
      left: [...rule.left, ...second.left],
      right: [...rule.right, ...second.right],
      conditions: [...rule.conditions, ...second.conditions],
    };
  });
}

function items(text: string, atom: (word: string, at: Place) => Term): readonly Item[] {
  const lines = new Lines(text);
  const sexps = flattened(
    readSexps(text, (offset) => lines.place(offset), { signs: SIGNS, comments: COMMENTS }),
  );
  const found: Item[] = [];
  const word = (sexp: Sexp | undefined): string | undefined =>
    sexp?.kind === "atom" ? sexp.text : undefined;
  let i = 0;
  const term = (what: string): Term => {
    const sexp = sexps[i++];
    if (!sexp || SIGNS.includes(word(sexp) ?? ""))
      throw new MalformedError(sexp?.at ?? lines.place(text.length), `${what} is expected here`);
    return termOf(sexp, atom);
  };
  while (i < sexps.length) {
    const at = (sexps[i] as Sexp).at;
    const label = /^(.+):$/.exec(word(sexps[i]) ?? "")?.[1];
    if (label !== undefined) i++;
    const left = term("the left side of a rule");
    const arrow = word(sexps[i++]) ?? "";
    const twoWay = TWO_WAY.has(arrow);
    if (!twoWay && !ONE_WAY.has(arrow))
      throw new MalformedError(
        (sexps[i - 1] ?? (sexps[i - 2] as Sexp)).at,
        "an arrow `=>` is expected behind the left side of a rule",
      );
    const right = term("the right side of a rule");
    const conditions: Condition[] = [];
    while (/^(?:if|when)$/.test(word(sexps[i]) ?? "")) {
      i++;
      const condition = term("a condition");
      conditions.push({
        name: condition.kind === "apply" ? condition.operator : "",
        args: condition.kind === "apply" ? condition.args : [],
        text: showTerm(condition),
      });
    }
    const line = "line" in at ? at.line : 0;
    const end = (sexps[i - 1] as Sexp).at;
    found.push({
      rule: {
        kind: "rule",
        name: label ?? `line_${line}`,
        at,
        left: [left],
        right: [right],
        twoWay,
        conditions,
        subsume: false,
      },
      first: line,
      last: "line" in end ? end.line : line,
    });
  }
  return found;
}

/** Rules within quotes, as lists in programs are, without the quotes. */
function flattened(sexps: readonly Sexp[]): readonly Sexp[] {
  return sexps.flatMap((sexp) => {
    if (sexp.kind === "atom" && /^[[\]{}&]+$/.test(sexp.text)) return [];
    if (sexp.kind !== "string") return [sexp];
    return readSexps(sexp.value, () => sexp.at, { signs: SIGNS, comments: COMMENTS });
  });
}
