/**
 * Shapes of a rule before it is ever matched: what the declarations of its operators say must fit. What the right side asks
 * of shapes beyond the left is the rule's inferred guard, which the binder sees to at every match.
 *
 * @module
 */

import type * as ast from "../ast.ts";
import { type Diagnostic, error, replacing } from "../diagnostic.ts";
import { quote } from "../quotation.ts";
import { declarationOf } from "../signature.ts";
import { keyOf } from "../structure.ts";
import type { TypeExpr } from "../syntax.ts";
import { type Equation, type Item, Mismatch, type Shape, type Size, Unifier } from "./unify.ts";

/** A rule as far as shapes go. */
interface Direction {
  readonly left: readonly ast.Root[];
  readonly right: readonly ast.Root[];
  readonly conditions: readonly ast.Condition[];
  readonly variables: ReadonlyMap<string, ast.Variable>;
}

/** Where a rule stands. */
interface Place {
  readonly arrowSpan: ast.Span;
  /** The text of its file. */
  readonly text: string;
  /** Only asked whether it would fit. */
  readonly isTrial?: boolean;
}

/** An operand that does not fit. */
class Misfit extends Error {
  override readonly name = "Misfit";
  readonly operand: ast.Term;
  readonly found: string;
  readonly wanted: string;

  constructor(operand: ast.Term, found: string, wanted: string) {
    super(`${found} is not ${wanted}`);
    this.operand = operand;
    this.found = found;
    this.wanted = wanted;
  }
}

/** The inferred guard of a rule, condition by condition; shapes that can never fit are reported. */
export function inferGuard(
  rule: Direction,
  place: Place,
  report: (diagnostic: Diagnostic) => void,
): readonly string[] {
  let isWrong = false;
  const quietly = { ...place, isTrial: true };
  const guard = infer(rule, quietly, new Shapes(rule.variables, false), () => {
    isWrong = true;
  });
  // It takes longer to write shapes than to find them, and nearly always nobody reads them.
  return isWrong ? infer(rule, place, new Shapes(rule.variables, true), report) : guard;
}

function infer(
  rule: Direction,
  place: Place,
  shapes: Shapes,
  report: (diagnostic: Diagnostic) => void,
): readonly string[] {
  let side: "left" | "right" = "left";
  try {
    const left = rule.left.map((root) => shapes.root(root, "left"));
    shapes.unifier.freeze();
    const forms = left.map((shape) => shape && shapes.write(shape));
    const known = new Map<string, string>();
    for (const name of rule.variables.keys()) known.set(name, shapes.show(name));
    side = "right";
    const right = rule.right.map((root) => shapes.root(root, "right"));
    const before = shapes.unifier.equations.length;
    for (const [i, shape] of left.entries()) {
      const other = right[i];
      const [a, b] = [rule.left[i], rule.right[i]];
      if (!shape || !other || !a || !b) continue;
      const written = [forms[i] ?? "", shapes.write(other)] as const;
      try {
        shapes.unifier.unify(shape, other);
      } catch (thrown) {
        if (!(thrown instanceof Mismatch)) throw thrown;
        report(different(a, b, written, known, [], turned(rule, i, place)));
        return [];
      }
      // A condition may see to it; without one, two sizes that the left side tells apart are two.
      const news = shapes.unifier.equations.slice(before);
      const forced = shapes.conditions(news.filter(({ right: to }) => to.length === 1));
      if (forced.length > 0 && rule.conditions.length === 0) {
        report(different(a, b, written, known, forced, turned(rule, i, place)));
        return [];
      }
    }
    return shapes.conditions(shapes.unifier.equations);
  } catch (thrown) {
    if (!(thrown instanceof Misfit)) throw thrown;
    const [code, words] =
      side === "left" ? ["R0210", "left-hand side"] : ["R0211", "right-hand side"];
    report(
      error(code as string, thrown.operand.span, `the ${words} can never be well-shaped`, {
        label: `has the shape ${thrown.found}, where ${thrown.wanted} is wanted`,
        related: side === "right" ? [{ span: place.arrowSpan, label: "" }] : [],
      }),
    );
    return [];
  }
}

/**
 * The shapes of the terms of a rule, where its declarations tell anything of them. Letters stand for sizes that are open, the same
 * throughout the rule; its guard is taken to hold.
 */
export function shapesOf(rule: Direction): ReadonlyMap<ast.Term, string> {
  const shapes = new Shapes(rule.variables, true);
  try {
    const left = rule.left.map((root) => shapes.root(root, "left"));
    const right = rule.right.map((root) => shapes.root(root, "right"));
    for (const [i, shape] of left.entries()) {
      const other = right[i];
      if (shape && other) shapes.unifier.unify(shape, other);
    }
  } catch (thrown) {
    // What does not fit has been reported; what is known without it is still worth saying.
    if (!(thrown instanceof Misfit || thrown instanceof Mismatch)) throw thrown;
  }
  return shapes.writeAll();
}

/** A root of the right side with its two operands the other way round, as text, if then the shapes agree. */
function turned(rule: Direction, index: number, place: Place): string | undefined {
  const root = rule.right[index];
  if (root?.kind !== "apply" || root.operands.length !== 2 || place.isTrial) return undefined;
  const [a, b] = root.operands as readonly [ast.Term | ast.Spread, ast.Term | ast.Spread];
  const other = { ...root, operands: [b, a] };
  if (keyOf(other) === keyOf(rule.left[index] as ast.Root)) return undefined;
  const right = rule.right.with(index, other);
  let fails = false;
  const guard = inferGuard({ ...rule, right }, { ...place, isTrial: true }, () => {
    fails = true;
  });
  if (fails || guard.length > 0) return undefined;
  const written = (from: number, to: number): string => place.text.slice(from, to);
  const [x, y] = [a.span, b.span];
  if (x.end > y.start) return undefined;
  return [
    written(root.span.start, x.start),
    written(y.start, y.end),
    written(x.end, y.start),
    written(x.start, x.end),
    written(y.end, root.span.end),
  ].join("");
}

function different(
  left: ast.Root,
  right: ast.Root,
  [one, other]: readonly [string, string],
  known: ReadonlyMap<string, string>,
  needs: readonly string[],
  instead: string | undefined,
): Diagnostic {
  const variables = [...known].flatMap(([name, shape]) =>
    shape === "" ? [] : [`${name}: ${shape}`],
  );
  return error("R0212", right.span, "the two sides have different shapes", {
    ...(instead !== undefined && { edit: replacing(right.span, instead) }),
    label: needs.length > 0 ? `${other}: needs ${needs.join(" and ")}` : other,
    related: [{ span: left.span, label: one }],
    hints: [
      ...(variables.length > 0 ? [variables.join(", ")] : []),
      ...(instead === undefined ? [] : [`the shapes agree if you write ${quote(instead)}`]),
      ...(needs.length > 0
        ? [`if that is meant, say so: ${quote(`when ${needs.join(" and ")}`)}`]
        : []),
    ],
  });
}

class Shapes {
  readonly unifier = new Unifier();
  private readonly variables: ReadonlyMap<string, ast.Variable>;
  private readonly known = new Map<string, Shape>();
  private readonly names = new Map<string, string>();
  private readonly terms = new Map<ast.Term, Shape>();
  private readonly isWriting: boolean;

  /** `isWriting`: shapes are written as text where they are asked for; the text is empty otherwise. */
  constructor(variables: ReadonlyMap<string, ast.Variable>, isWriting: boolean) {
    this.variables = variables;
    this.isWriting = isWriting;
  }

  /** The shape of a root; `undefined` for lists of them. */
  root(root: ast.Root, side: "left" | "right"): Shape | undefined {
    if (root.kind === "spread") this.term(root.element, side);
    else if (root.kind === "results") this.apply(root.of, side);
    else return this.term(root, side);
    return undefined;
  }

  private term(term: ast.Term, side: "left" | "right"): Shape {
    const shape = this.shapeOf(term, side);
    if (this.isWriting) this.terms.set(term, shape);
    return shape;
  }

  private shapeOf(term: ast.Term, side: "left" | "right"): Shape {
    switch (term.kind) {
      case "variable":
        return this.variable(term.name);
      case "apply":
        return this.apply(term, side);
      case "result":
        this.apply(term.of, side);
        return this.open();
      case "constant":
        // On the left a number is any constant with such elements; what is built is a scalar.
        if (term.value.kind === "number" && side === "right") return [];
        return this.open();
      default:
        return this.open();
    }
  }

  private open(): Shape {
    return [this.unifier.rest()];
  }

  private variable(name: string): Shape {
    // Items of a list have shapes of their own.
    if (this.variables.get(name)?.depth === 1) return this.open();
    const known = this.known.get(name) ?? this.open();
    this.known.set(name, known);
    return known;
  }

  private apply(apply: ast.Apply, side: "left" | "right"): Shape {
    const decl = declarationOf(apply.op);
    const names = new Map<string, Item>();
    for (let i = 0; i < apply.operands.length; i++) {
      const operand = apply.operands[i] as ast.Term | ast.Spread;
      if (operand.kind === "spread") {
        this.term(operand.element, side);
        continue;
      }
      const shape = this.term(operand, side);
      const place = decl?.operands[Math.min(i, decl.operands.length - 1)];
      if (!place?.type.shape) continue;
      const wanted = this.typed(place.type, names);
      const found = this.write(shape);
      const asked = this.write(wanted);
      try {
        this.unifier.unify(shape, wanted);
      } catch (thrown) {
        if (!(thrown instanceof Mismatch)) throw thrown;
        throw new Misfit(operand, found, asked);
      }
    }
    if (!decl?.result.shape || decl.variadicResult) return this.open();
    return this.typed(decl.result, names);
  }

  /** The shape that a type describes; what it computes is open. */
  private typed(type: TypeExpr, names: Map<string, Item>): Shape {
    return (type.shape ?? []).map(({ spread, value }): Item => {
      if (value.kind === "number" && !spread) return Number(value.text);
      const fresh = (): Item => (spread ? this.unifier.rest() : this.unifier.size());
      if (value.kind !== "name") return fresh();
      const key = `${spread ? "..." : ""}${value.name}`;
      const known = names.get(key) ?? fresh();
      names.set(key, known);
      return known;
    });
  }

  // ── Writing ────────────────────────────────────────────────────────────────

  /** The shape of a variable, where anything is known of it. */
  show(name: string): string {
    const shape = this.known.get(name);
    return shape && this.isWriting ? this.told(shape) : "";
  }

  /** The shapes of all terms that were met, where anything is known of them. */
  writeAll(): ReadonlyMap<ast.Term, string> {
    this.names.clear();
    const all = [...this.terms].map(([term, shape]) => [term, this.told(shape)] as const);
    return new Map(all.filter(([, text]) => text !== ""));
  }

  /** A shape, where anything is known of it. */
  private told(shape: Shape): string {
    const resolved = this.unifier.resolve(shape);
    return resolved.length === 1 && isRest(resolved[0] as Item) ? "" : this.write(resolved);
  }

  /** A shape with letters for what is unknown, the same throughout a rule. */
  write(shape: Shape): string {
    if (!this.isWriting) return "";
    return `[${this.unifier
      .resolve(shape)
      .map((item) => this.item(item))
      .join(", ")}]`;
  }

  private item(item: Item): string {
    if (typeof item === "number") return String(item);
    const key = "rest" in item ? `...${item.rest}` : `${item.size}`;
    let name = this.names.get(key);
    if (name === undefined) {
      const count = this.names.size;
      const letter = "mnkpqrstuvwijh"[count] ?? `d${count}`;
      name = "rest" in item ? `...${letter}` : letter;
      this.names.set(key, name);
    }
    return name;
  }

  /** Equations as conditions; what nothing on the left has a name for is left to match time. */
  conditions(equations: readonly Equation[]): readonly string[] {
    return equations
      .map((equation) => this.equation(equation))
      .filter((text) => text !== undefined);
  }

  private equation({ left, right }: Equation): string | undefined {
    const [first] = right;
    if (isRest(left)) {
      const owner = this.owner(left);
      if (!owner) return undefined;
      if (right.every((item) => !isRest(item)))
        return `rank(${owner.name}) == ${right.length + owner.fixed}`;
      const other = right.length === 1 ? this.owner(first as Item) : undefined;
      const names = [owner.name, other?.name ?? ""].sort();
      return other && `shape(${names[0]}) == shape(${names[1]})`;
    }
    const sizes = [this.size(left as Size), this.size(first as Size)];
    const [one, other] = typeof first === "number" ? sizes : sizes.sort();
    return one && other && `${one} == ${other}`;
  }

  /** A size as a value over variables. */
  private size(size: Size): string | undefined {
    if (typeof size === "number") return String(size);
    for (const [name, shape] of this.known) {
      const items = this.unifier.spelt(shape);
      const at = items.findIndex(
        (item) => typeof item !== "number" && "size" in item && item.size === size.size,
      );
      if (at >= 0)
        return `dim(${name}, ${items.slice(0, at).some(isRest) ? at - items.length : at})`;
    }
    return undefined;
  }

  /** The variable whose shape has an open end. */
  private owner(rest: Item): { readonly name: string; readonly fixed: number } | undefined {
    for (const [name, shape] of this.known) {
      const items = this.unifier.before(shape);
      if (items.some((item) => isRest(item) && this.item(item) === this.item(rest)))
        return { name, fixed: items.length - 1 };
    }
    return undefined;
  }
}

function isRest(item: Item): boolean {
  return typeof item !== "number" && "rest" in item;
}
