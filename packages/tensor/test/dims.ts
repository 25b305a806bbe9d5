import type { Dim } from "@rewright/plugin";

const FUNCTIONS: Readonly<Record<string, (...operands: number[]) => number>> = {
  div: (a = 0, b = 1) => Math.floor(a / b),
  quo: (a = 0, b = 1) => Math.trunc(a / b),
  max: Math.max,
  min: Math.min,
  broadcast: (...sizes) => sizes.reduce((a, b) => (a === 1 ? b : a)),
};

/** What a dimension is where `size` says what its names are: a reader of derived names of its own, by recursive descent. */
export function valueOfDim(dim: Dim, size: (name: string) => number): number {
  if (typeof dim === "number") return dim;
  if (!dim.startsWith("?(")) return size(dim);
  const text = dim.slice(2, -1);
  let at = 0;
  const take = (pattern: RegExp): string | undefined => {
    const found = new RegExp(pattern, "y");
    found.lastIndex = at;
    const match = found.exec(text)?.[0];
    if (match !== undefined) at += match.length;
    return match;
  };
  const factor = (): number => {
    const number = take(/-?\d+/);
    if (number !== undefined) return Number(number);
    const quoted = take(/\{(?:\\.|[^}\\])*\}/);
    if (quoted !== undefined) return size(quoted.slice(1, -1).replaceAll(/\\(.)/g, "$1"));
    const name = take(/[A-Za-z_][\w.]*/);
    if (name === undefined) throw new Error(`cannot read '${text}' at ${at}`);
    if (take(/\(/) === undefined) return size(name);
    const operands = [sum()];
    while (take(/,/) !== undefined) operands.push(sum());
    if (take(/\)/) === undefined) throw new Error(`'${text}' is not closed at ${at}`);
    return (FUNCTIONS[name] as (...operands: number[]) => number)(...operands);
  };
  const product = (): number => {
    let result = factor();
    while (take(/\*/) !== undefined) result *= factor();
    return result;
  };
  function sum(): number {
    let result = product();
    while (take(/\+/) !== undefined) result += product();
    return result;
  }
  const result = sum();
  if (at !== text.length) throw new Error(`'${text}' goes on at ${at}`);
  return result === 0 ? 0 : result;
}
