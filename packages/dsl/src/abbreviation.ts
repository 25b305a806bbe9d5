/**
 * `where`: substitution, nothing more.
 *
 * @module
 */

import type { Span } from "./ast.ts";
import { type Diagnostic, error } from "./diagnostic.ts";
import { DEEPEST, TOO_DEEP } from "./lexer.ts";
import { enumerate, quote } from "./quotation.ts";
import type { Arg, Binding, CallExpr, Expr } from "./syntax.ts";
import { replaceParts, visitParts } from "./traversal.ts";

/** How large a rule may become when its abbreviations are written out. */
const LARGEST = 10_000;

interface Extent {
  readonly size: number;
  readonly depth: number;
}

const LEAF: Extent = { size: 1, depth: 1 };

type Parameters = ReadonlyMap<string, Expr>;

/** The abbreviations of one rule. */
export class Abbreviations {
  private readonly bindings = new Map<string, Binding>();
  private readonly extents = new Map<Expr, Extent>();
  private readonly report: (diagnostic: Diagnostic) => void;
  private isTooLarge = false;
  /** Whether they refer to each other in a circle, and so stand for nothing. */
  readonly isCyclic: boolean;

  constructor(bindings: readonly Binding[], report: (diagnostic: Diagnostic) => void) {
    this.report = report;
    for (const binding of bindings) {
      const { name, span } = binding.name;
      const first = this.bindings.get(name);
      if (first)
        report(
          error("R0103", span, `${quote(name)} is defined twice`, {
            related: [{ span: first.name.span, label: "the first" }],
          }),
        );
      this.bindings.set(name, binding);
    }
    const cycle = this.findCycle();
    this.isCyclic = cycle !== undefined;
    if (cycle) report(cyclic(cycle));
  }

  /** What calls may name here. */
  get names(): Iterable<string> {
    return this.bindings.keys();
  }

  /** The expression with every abbreviation written out. */
  expand(expr: Expr): Expr {
    if (this.bindings.size === 0) return expr;
    this.isTooLarge = false;
    return this.write(expr, new Map(), 0, expr.span);
  }

  private write(expr: Expr, parameters: Parameters, depth: number, use: Span): Expr {
    if (this.isTooLarge) return expr;
    if (depth > DEEPEST) return this.refuse(expr, use, "R0007", TOO_DEEP);
    let written: Expr;
    if (expr.kind === "name") written = this.writeName(expr, parameters, depth, use);
    else {
      const inside = replaceParts(expr, (part) => this.write(part, parameters, depth + 1, use));
      const binding = inside.kind === "call" ? this.bindings.get(inside.callee.name) : undefined;
      written = inside.kind === "call" && binding ? this.writeCall(inside, binding, depth) : inside;
    }
    // What is as it was written is no larger than the file.
    if (written === expr) return expr;
    const extent = this.measure(written);
    if (extent.size > LARGEST)
      return this.refuse(
        expr,
        use,
        "R0013",
        `written out, this rule has more than ${LARGEST.toLocaleString("en")} terms`,
      );
    if (extent.depth > DEEPEST) return this.refuse(expr, use, "R0007", TOO_DEEP);
    return written;
  }

  private writeName(
    expr: Expr & { kind: "name" },
    parameters: Parameters,
    depth: number,
    use: Span,
  ): Expr {
    const argument = parameters.get(expr.name);
    if (argument) return argument;
    const binding = this.bindings.get(expr.name);
    if (!binding) return expr;
    if (binding.params) {
      this.report(takes(binding, expr.span, 0));
      return expr;
    }
    return this.write(binding.body, new Map(), depth + 1, use);
  }

  /** A call whose arguments are written out already. */
  private writeCall(call: CallExpr, binding: Binding, depth: number): Expr {
    const params = binding.params ?? [];
    const spread = call.args.find((arg: Arg) => arg.spread);
    const attr = call.attrs[0];
    if (spread) this.report(error("R0204", spread.span, "`...` where one argument is expected"));
    else if (attr)
      this.report(
        error(
          "R0401",
          attr.span,
          `${quote(binding.name.name)} is an abbreviation and has no attributes`,
        ),
      );
    else if (params.length !== call.args.length || !binding.params)
      this.report(takes(binding, call.span, call.args.length));
    else {
      const parameters = new Map(
        params.map((param, i) => [param.name, call.args[i]?.value as Expr] as const),
      );
      return this.write(binding.body, parameters, depth + 1, call.span);
    }
    return call;
  }

  private measure(expr: Expr): Extent {
    if (expr.kind === "name" || expr.kind === "number") return LEAF;
    const known = this.extents.get(expr);
    if (known) return known;
    let size = 1;
    let depth = 0;
    visitParts(expr, (part) => {
      const extent = this.measure(part);
      size += extent.size;
      depth = Math.max(depth, extent.depth);
    });
    const extent = { size, depth: depth + 1 };
    this.extents.set(expr, extent);
    return extent;
  }

  private refuse(expr: Expr, span: Span, code: string, message: string): Expr {
    this.isTooLarge = true;
    this.report(error(code, span, message));
    return expr;
  }

  /** Bindings that refer to each other in a circle, the first found. Without recursion: a file may chain them at length. */
  private findCycle(): readonly Binding[] | undefined {
    const done = new Set<Binding>();
    for (const start of this.bindings.values()) {
      const path: { readonly binding: Binding; readonly next: Iterator<Binding> }[] = [];
      const onPath = new Set<Binding>();
      const enter = (binding: Binding): void => {
        onPath.add(binding);
        path.push({ binding, next: this.references(binding).values() });
      };
      if (!done.has(start)) enter(start);
      for (let top = path.at(-1); top; top = path.at(-1)) {
        const { value: next } = top.next.next();
        if (next === undefined) {
          path.pop();
          onPath.delete(top.binding);
          done.add(top.binding);
        } else if (onPath.has(next))
          return path
            .map((step) => step.binding)
            .slice(path.findIndex((step) => step.binding === next));
        else if (!done.has(next)) enter(next);
      }
    }
    return undefined;
  }

  private references(binding: Binding): ReadonlySet<Binding> {
    const found = new Set<Binding>();
    const own = new Set(binding.params?.map((param) => param.name));
    const visit = (expr: Expr): void => {
      const name =
        expr.kind === "name" && !own.has(expr.name)
          ? expr.name
          : expr.kind === "call"
            ? expr.callee.name
            : undefined;
      const other = name === undefined ? undefined : this.bindings.get(name);
      if (other) found.add(other);
      visitParts(expr, visit);
    };
    visit(binding.body);
    return found;
  }
}

function cyclic(cycle: readonly Binding[]): Diagnostic {
  const [first, ...others] = cycle as readonly [Binding, ...Binding[]];
  const names = enumerate(cycle.slice(0, 8).map((binding) => quote(binding.name.name)));
  return error(
    "R0307",
    first.name.span,
    others.length === 0 ? `${names} refers to itself` : `${names} refer to each other`,
    {
      related: others
        .slice(0, 8)
        .map((binding) => ({ span: binding.name.span, label: "and back, through this" })),
      hints: ["`where` is substitution: a binding may use only bindings that do not use it"],
    },
  );
}

function takes(binding: Binding, span: Span, given: number): Diagnostic {
  const wanted = binding.params?.length ?? 0;
  const name = quote(binding.name.name);
  return error(
    "R0201",
    span,
    wanted === 0
      ? `${name} takes no arguments`
      : `${name} takes ${wanted} ${wanted === 1 ? "argument" : "arguments"}, here ${given}`,
    { related: [{ span: binding.name.span, label: "defined here" }] },
  );
}
