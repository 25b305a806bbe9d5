/**
 * From the tree of a rule file to its text: what a converter, a generator and a proof write.
 *
 * @module
 */

import { match, P } from "ts-pattern";
import { formatRules } from "./format/format.ts";
import { bindingOf, MINUS, NOT } from "./precedence.ts";
import type * as s from "./syntax.ts";

/**
 * The text of a tree, laid out as `formatRules` lays it out, with no more parentheses than it needs. Parsing it gives the same tree
 * back, but for its places. Comments other than `///` are not part of a tree.
 *
 * @throws Error for a tree that no text stands for: a name that is none, an expression nested too deep
 */
export function printRules(module: s.Module): string {
  const text = module.declarations.map(declaration).join("\n");
  const { text: laidOut, diagnostics } = formatRules({ file: module.file, text });
  const [wrong] = diagnostics;
  if (wrong?.severity === "error")
    throw new Error(
      `no text stands for this tree: ${wrong.message} in ${excerpt(text, wrong.span.start)}`,
    );
  return laidOut;
}

/** An expression, on one line. */
export function printExpression(expr: s.Expr): string {
  return expression(expr, 0);
}

function excerpt(text: string, at: number): string {
  return JSON.stringify(text.slice(Math.max(0, at - 20), at + 20));
}

function declaration(decl: s.Declaration): string {
  return match(decl)
    .with({ kind: "import" }, ({ as, names, from }) => {
      const what = as
        ? `${as.name} from `
        : names
          ? `{ ${names.map(nameOf).join(", ")} } from `
          : "";
      return `import ${what}${string(from.value)}`;
    })
    .with({ kind: "sort" }, ({ name, doc }) => `${docs(doc)}sort ${name.name}`)
    .with({ kind: "op" }, op)
    .with({ kind: "rules" }, ({ name, tags, rules, doc }) => {
      const head = [`rules ${name.name}`, ...tags.map((tag) => `#${tag.name}`), "{"].join(" ");
      return [`${docs(doc)}${head}`, ...rules.map(rule), "}"].join("\n");
    })
    .with(
      { kind: "schedule" },
      ({ name, steps }) => `schedule ${name.name}: ${steps.map(printExpression).join(", ")}`,
    )
    .with({ kind: "test" }, test)
    .with({ kind: "check" }, ({ rulesets }) => `check ${rulesets.map(nameOf).join(", ")}`)
    .exhaustive();
}

function docs(doc: string): string {
  return doc === ""
    ? ""
    : doc
        .split("\n")
        .map((line) => `/// ${line}`.trimEnd())
        .join("\n")
        .concat("\n");
}

function nameOf({ name }: s.Identifier): string {
  return name;
}

function op(decl: s.OpDecl): string {
  const operands = decl.operands.map(
    ({ name, variadic, type: of }) => `${variadic ? "..." : ""}${name.name}: ${type(of)}`,
  );
  const attrs = decl.attrs.map(({ name, alternatives, default: initial }) => {
    const types = alternatives.map((one) =>
      one.kind === "string" ? string(one.value) : type(one),
    );
    return `${name.name}: ${types.join(" | ")}${initial ? ` = ${operand(initial)}` : ""}`;
  });
  const { definition, notation, properties, cost } = decl;
  const parts = [
    `op ${decl.name.name}(${operands.join(", ")}${attrs.length > 0 ? `; ${attrs.join(", ")}` : ""})`,
    `-> ${decl.variadicResult ? "..." : ""}${type(decl.result)}`,
    ...(definition ? [`:= ${printExpression(definition)}`] : []),
    ...(notation ? [`as ${notation === "literal" ? notation : printExpression(notation)}`] : []),
    ...(properties.length > 0 ? [`is ${properties.map(nameOf).join(", ")}`] : []),
    ...(cost ? [`cost ${cost.text}`] : []),
  ];
  return docs(decl.doc) + parts.join(" ");
}

function type({ name, shape }: s.TypeExpr): string {
  return `${name.name}${shape ? `[${shape.map(arg).join(", ")}]` : ""}`;
}

function rule(decl: s.RuleDecl): string {
  const sides = [decl.left, decl.right].map((roots) => roots.map(arg).join(", "));
  const clauses = decl.clauses.map((clause) =>
    match(clause)
      .with(
        { kind: P.union("when", "assuming") },
        ({ kind, condition }) => ` ${kind} ${printExpression(condition)}`,
      )
      .with({ kind: "where" }, ({ bindings }) => `\nwhere ${where(bindings)}`)
      .with({ kind: P.union("expanding", "subsume") }, ({ kind }) => ` ${kind}`)
      .with({ kind: "within" }, ({ bound }) => ` within ${bound.text}`)
      .with({ kind: "tag" }, ({ name }) => ` #${name}`)
      .exhaustive(),
  );
  return `${docs(decl.doc)}${decl.label.name}: ${sides.join(` ${decl.arrow} `)}${clauses.join("")}`;
}

function where(bindings: readonly s.Binding[]): string {
  return bindings
    .map(({ name, params, body }) => {
      const list = params ? `(${params.map(nameOf).join(", ")})` : "";
      return `${name.name}${list} = ${printExpression(body)}`;
    })
    .join(",\n");
}

function test({ title, given, using, statements }: s.TestDecl): string {
  const lines = [
    ...(given.length > 0
      ? [`given ${given.map(({ name, type: of }) => `${name.name}: ${type(of)}`).join(", ")}`]
      : []),
    ...(using.length > 0 ? [`using ${using.map(nameOf).join(", ")}`] : []),
    ...statements.map(
      ({ kind, expr, to, bindings }) =>
        `${kind} ${printExpression(expr)}${to ? ` => ${printExpression(to)}` : ""}${bindings.length > 0 ? `\nwhere ${where(bindings)}` : ""}`,
    ),
  ];
  return [`test ${string(title)} {`, ...lines, "}"].join("\n");
}

// ── Expressions ──────────────────────────────────────────────────────────────

const POSTFIX = 9;

/** An expression, in parentheses where its loosest operator binds less tightly than `least`. */
function expression(expr: s.Expr, least: number): string {
  const [text, binding] = written(expr);
  return binding < least ? `(${text})` : text;
}

/** An expression without parentheses around it, and how tightly its loosest operator binds. */
function written(expr: s.Expr): readonly [text: string, binding: number] {
  const tight = (text: string): readonly [string, number] => [text, POSTFIX];
  return match(expr)
    .with({ kind: "number" }, ({ text }) => tight(text))
    .with({ kind: "string" }, ({ value }) => tight(string(value)))
    .with({ kind: "name" }, ({ name }) => tight(name))
    .with({ kind: "list" }, ({ elements }) => tight(`[${elements.map(arg).join(", ")}]`))
    .with({ kind: "call" }, ({ callee, args, attrs }) => {
      const named = attrs.map((attr) =>
        attr.kind === "rest"
          ? `...${attr.name.name}`
          : `${attr.name.name} = ${printExpression(attr.value)}`,
      );
      const list = args.map(arg).join(", ") + (named.length > 0 ? `; ${named.join(", ")}` : "");
      return tight(`${callee.name}(${list})`);
    })
    .with({ kind: "unary" }, ({ operator, operand }) =>
      operator === "-"
        ? ([`-${expression(operand, MINUS)}`, MINUS] as const)
        : ([`not ${expression(operand, NOT)}`, NOT] as const),
    )
    .with({ kind: "binary" }, ({ operator, left, right }) => {
      const binding = bindingOf(operator);
      // `^` groups to the right, and a minus may follow it; comparisons do not chain; all others group to the left.
      const groupsLeft = operator !== "^" && !isComparison(operator);
      const a = expression(left, groupsLeft ? binding : binding + 1);
      const b = expression(right, operator === "^" ? MINUS : binding + 1);
      return [`${a} ${operator} ${b}`, binding] as const;
    })
    .with({ kind: "transpose" }, ({ operand }) => tight(`${expression(operand, POSTFIX)}'`))
    .with({ kind: "field" }, ({ of, field }) => {
      // `1.0` and `a.0.1` would be read as numbers with a point.
      const endsInDigit =
        of.kind === "number" || (of.kind === "field" && typeof of.field === "number");
      const isOpen = endsInDigit && typeof field === "number";
      return tight(`${isOpen ? `(${printExpression(of)})` : expression(of, POSTFIX)}.${field}`);
    })
    .with({ kind: "index" }, ({ of, index }) =>
      tight(`${expression(of, POSTFIX)}[${printExpression(index)}]`),
    )
    .with({ kind: "slice" }, ({ of, from, to }) => {
      const bounds = [from, to].map((bound) => (bound ? printExpression(bound) : ""));
      return tight(`${expression(of, POSTFIX)}[${bounds.join(":")}]`);
    })
    .exhaustive();
}

/** An expression where no infix operator may stand. */
function operand(expr: s.Expr): string {
  if (expr.kind !== "unary") return expression(expr, POSTFIX);
  if (expr.operator === "not") return `not ${operand(expr.operand)}`;
  const isNegation = expr.operand.kind === "unary" && expr.operand.operator === "not";
  return `-${isNegation ? `(${printExpression(expr.operand)})` : operand(expr.operand)}`;
}

function isComparison(operator: string): boolean {
  return bindingOf(operator) === bindingOf("==");
}

function arg({ spread, value }: s.Arg): string {
  return `${spread ? "..." : ""}${printExpression(value)}`;
}

const ESCAPES: Readonly<Record<string, string>> = {
  "\n": "\\n",
  "\r": "\\r",
  "\t": "\\t",
  '"': '\\"',
  "\\": "\\\\",
};

function string(value: string): string {
  return `"${value.replace(/[\n\r\t"\\]/g, (character) => ESCAPES[character] ?? character)}"`;
}
