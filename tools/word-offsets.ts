// Moves what is added to the number of a word into the instruction that uses it: `(x + 3) << 2` becomes `x << 2` and
// an offset of 12 bytes. A compiler may not, as the sum might wrap; the kernel's addresses never do, and if one did, the
// instruction would trap. So the words of one record are read from one address.

/** An expression of WebAssembly's text format: a word, or a list in parentheses. */
type Expression = string | readonly Expression[];

/** A module's text with the constants of its addresses as offsets. */
export function withOffsets(text: string): string {
  return parse(text).map(rewritten).map(print).join("\n");
}

function parse(text: string): Expression[] {
  const tokens = text.matchAll(/\(;.*?;\)|;;[^\n]*|"(?:[^"\\]|\\.)*"|[()]|[^\s()";]+/gs);
  const open: Expression[][] = [[]];
  for (const [token] of tokens) {
    if (token.startsWith(";;") || token.startsWith("(;")) continue;
    if (token === "(") open.push([]);
    else if (token === ")") {
      const list = open.pop() as Expression[];
      open.at(-1)?.push(list);
    } else open.at(-1)?.push(token);
  }
  return open[0] as Expression[];
}

function print(expression: Expression): string {
  return typeof expression === "string" ? expression : `(${expression.map(print).join(" ")})`;
}

function rewritten(expression: Expression): Expression {
  if (typeof expression === "string") return expression;
  const list = expression.map(rewritten);
  const [name, address, ...rest] = list;
  if ((name !== "i32.load" && name !== "i32.store") || address?.[0] !== "i32.shl") return list;
  const [, number, by] = address as Expression[];
  if (number === undefined || print(by ?? "") !== "(i32.const 2)") return list;
  const { variable, constant } = parts(number);
  if (variable === undefined || constant <= 0) return list;
  return [name, `offset=${4 * constant}`, ["i32.shl", variable, by as Expression], ...rest];
}

/** A sum as what is known of it and what is not. */
function parts(sum: Expression): { variable?: Expression; constant: number } {
  const [name, a, b] = sum;
  if (name === "i32.const") return { constant: Number(a) };
  if (name !== "i32.add") return { variable: sum, constant: 0 };
  const [left, right] = [parts(a as Expression), parts(b as Expression)];
  const constant = left.constant + right.constant;
  if (left.variable === undefined) return { ...right, constant };
  if (right.variable === undefined) return { ...left, constant };
  return { variable: [name, left.variable, right.variable], constant };
}
