/**
 * TASO's and TENSAT's operators as ONNX's.
 *
 * Strides and padding are carried along as they are (`...p`) wherever the convolutions of a rule share them: TASO's file says for
 * one stride and one padding what holds for all. An activation is an operator of its own. A convolution's groups follow from the
 * shapes in TASO and are an attribute in ONNX: there are rules that hold for any number of groups, for one only, and some that
 * multiply it.
 *
 * @module
 */

import { Inexpressible, type Way } from "./draft.ts";
import { type ForeignRule, isExpanding } from "./foreign.ts";
import { guardsOf } from "./guards.ts";
import { Names } from "./name.ts";
import { type Axis, type Node, nodeOf, showNode, variables, within } from "./node.ts";
import {
  binary,
  call,
  clause,
  type Expr,
  element,
  expression,
  field,
  list,
  mark,
  number,
  type Rule,
  rule,
  string,
  variable,
} from "./tree.ts";

// ── Writing ──────────────────────────────────────────────────────────────────

/** How convolutions speak of their groups: not at all, that there is one, that there are as many, or that the right side has a multiple. */
type Groups = "any" | "one" | "same" | "multiple";

/** Names by what a variable stands for. */
const NAMES: Readonly<Record<string, string>> = {
  kernel: "wvuk",
  image: "xyz",
  tensor: "abcdefgh",
};

/** Writes nodes of one rule. */
class Writer {
  readonly #names = new Map<string, string>();
  readonly #groups: Groups;
  /** Of a rule that enlarges a kernel: the name of each convolution's padding, by its kernel. */
  readonly #pads: ReadonlyMap<string, string> | undefined;
  side: "left" | "right" = "left";

  constructor(
    roots: readonly Node[],
    groups: Groups,
    pads: ReadonlyMap<string, string> | undefined,
  ) {
    this.#groups = groups;
    this.#pads = pads;
    const all = roots.flatMap(within);
    const convolutions = all.filter((node) => node.kind === "convolution");
    const kernels = new Set(convolutions.flatMap(({ parts }) => variables(parts[1])));
    const images = new Set(convolutions.flatMap(({ parts }) => variables(parts[0])));
    const taken = new Names(["p", "g", "q", "s", ...(pads?.values() ?? [])]);
    const counts: Record<string, number> = {};
    const axes = all.flatMap((node) =>
      node.kind === "concat" || node.kind === "part" ? [node.axis] : [],
    );
    for (const axis of axes)
      if (typeof axis === "string" && !this.#names.has(axis))
        this.#names.set(axis, taken.fresh("i"));
    for (const name of variables(...roots)) {
      if (this.#names.has(name)) continue;
      const role =
        kernels.has(name) && !images.has(name)
          ? "kernel"
          : images.has(name) && !kernels.has(name)
            ? "image"
            : "tensor";
      const at = counts[role] ?? 0;
      counts[role] = at + 1;
      this.#names.set(name, taken.fresh(NAMES[role]?.[at] ?? `${role[0]}${at}`));
    }
  }

  name(variableName: string): Expr {
    return variable(this.#names.get(variableName) ?? variableName);
  }

  axis(axis: Axis): Expr {
    return typeof axis === "string" ? this.name(axis) : number(axis);
  }

  expr(node: Node): Expr {
    switch (node.kind) {
      case "variable":
        return this.name(node.name);
      case "matmul":
        return binary("@", this.expr(node.parts[0]), this.expr(node.parts[1]));
      case "elementwise":
        return binary(node.operator, this.expr(node.parts[0]), this.expr(node.parts[1]));
      case "scale":
        return binary("*", this.expr(node.parts[0]), this.expr(node.parts[1]));
      case "unary":
        return call(node.operator, [this.expr(node.parts[0])]);
      case "transpose":
        return call("Transpose", [this.expr(node.parts[0])], { perm: list(number(1), number(0)) });
      case "concat":
        return call(
          "Concat",
          node.parts.map((one) => this.expr(one)),
          { axis: this.axis(node.axis) },
        );
      case "part":
        return field(this.split(node), node.index);
      case "convolution":
        return this.#convolution(node.parts[0], node.parts[1]);
      case "pool":
        return call(node.operator, [this.expr(node.parts[0])], {}, "p");
      case "enlarge":
        return this.#enlarged(node.parts[0], node.parts[1]);
      case "merge":
        return this.#merged(node.parts[0], node.count);
    }
  }

  /** One side. Both parts of a split, in order, are the split itself. */
  roots(nodes: readonly Node[]): readonly Expr[] {
    const [first, second, third] = nodes;
    if (first?.kind === "part" && second?.kind === "part" && !third && first.index === 0)
      if (second.index === 1 && showNode({ ...first, index: 1 }) === showNode(second))
        return [this.split(first)];
    return nodes.map((node) => this.expr(node));
  }

  /** `Split(x, [sizes]; axis = i)`: it undoes a Concat, whose parts say the sizes. */
  split(node: Node & { readonly kind: "part" }): Expr {
    const parts = piecesAlong(node.parts[0], node.axis);
    if (parts?.length !== 2)
      throw new Inexpressible(
        "what is split was not put together from two along that axis: where it is cut is not known",
      );
    const sizes = parts.map(({ node: piece, axis }) => this.size(piece, axis));
    return call("Split", [this.expr(node.parts[0]), list(...sizes)], {
      axis: this.axis(node.axis),
    });
  }

  /** The size of a node along an axis. */
  size(node: Node, axis: Axis): Expr {
    if (node.kind === "enlarge" && axis !== 2 && axis !== 3) return this.size(node.parts[0], axis);
    return call("dim", [this.expr(node), this.axis(axis)]);
  }

  #convolution(image: Node, kernel: Node): Expr {
    const operands = [this.expr(image), this.expr(kernel)];
    if (this.#pads) {
      const name = this.#pads.get(showNode(kernel)) ?? this.#pads.get("");
      if (name === undefined)
        throw new Inexpressible("a kernel is enlarged whose convolution is not matched");
      const attrs = {
        auto_pad: string("NOTSET"),
        dilations: list(number(1), number(1)),
        group: number(1),
        pads: variable(name),
      };
      const window: Readonly<Record<string, Expr>> =
        this.side === "left" ? { kernel_shape: variable("_") } : {};
      return call("Conv", operands, { ...attrs, ...window }, "p");
    }
    if (kernel.kind === "merge")
      return call(
        "Conv",
        operands,
        { group: binary("/", variable("g"), number(kernel.count)) },
        "p",
      );
    if (this.#groups === "one") return call("Conv", operands, { group: number(1) }, "p");
    if (this.#groups === "any") return call("Conv", operands, {}, "p");
    const isSame = this.side === "left" || this.#groups === "same";
    const times = isSame ? 1 : groupsOf(image, kernel);
    const group = times === 1 ? variable("g") : binary("*", number(times), variable("g"));
    return call("Conv", operands, { group }, "p");
  }

  /**
   * A kernel with zeros around it, as many as the other convolution has more padding: where a window begins so much earlier, so
   * many more zeros come before what it weighs.
   */
  #enlarged(small: Node, large: Node): Expr {
    const [inner, outer] = [small, large].map((node) => this.#pads?.get(showNode(node)));
    if (inner === undefined || outer === undefined)
      throw new Inexpressible(
        "a kernel is enlarged to the size of another, and their convolutions are not both matched",
      );
    const more = (at: number): Expr =>
      binary("-", element(variable(outer), at), element(variable(inner), at));
    const zero = number(0);
    return call("Pad", [
      this.expr(small),
      list(zero, zero, more(0), more(1), zero, zero, more(2), more(3)),
    ]);
  }

  /**
   * The weights of `count` groups as those of one: each group's channels stand beside zeros for those of the others.
   * With n groups left of [o, i, …] weights: [n, count·o/groups, i, …], cut along the second axis into the groups that are merged,
   * each padded along the third, put together again.
   */
  #merged(weights: Node, count: number): Expr {
    const w = this.expr(weights);
    const g = variable("g");
    const dim = (axis: number): Expr => call("dim", [w, number(axis)]);
    const each = binary("/", dim(0), g);
    const flat = call("Reshape", [
      w,
      list(
        binary("/", g, number(count)),
        binary("*", number(count), each),
        dim(1),
        binary("*", dim(2), dim(3)),
      ),
    ]);
    const groups = call("Split", [flat, list(...new Array<Expr>(count).fill(each))], {
      axis: number(1),
    });
    const zero = number(0);
    const times = (n: number): Expr =>
      n === 0 ? zero : n === 1 ? dim(1) : binary("*", number(n), dim(1));
    const padded = Array.from({ length: count }, (_, i) =>
      call("Pad", [
        field(groups, i),
        list(zero, zero, times(i), zero, zero, zero, times(count - 1 - i), zero),
      ]),
    );
    return call("Reshape", [
      call("Concat", padded, { axis: number(1) }),
      list(dim(0), binary("*", number(count), dim(1)), dim(2), dim(3)),
    ]);
  }
}

/** What a node is put together from along an axis: each piece, and the axis that it has this size along. */
function piecesAlong(
  node: Node,
  axis: Axis,
): readonly { readonly node: Node; readonly axis: Axis }[] | undefined {
  switch (node.kind) {
    case "concat":
      if (node.axis === axis) return node.parts.map((one) => ({ node: one, axis }));
      return piecesAlong(node.parts[0] as Node, axis);
    case "matmul":
      return axis === 0
        ? piecesAlong(node.parts[0], 0)
        : axis === 1
          ? piecesAlong(node.parts[1], 1)
          : undefined;
    case "convolution":
      return axis === 0
        ? piecesAlong(node.parts[0], 0)
        : axis === 1
          ? piecesAlong(node.parts[1], 0)
          : undefined;
    case "unary":
    case "elementwise":
    case "scale":
      return piecesAlong(node.parts[0], axis);
    default:
      return undefined;
  }
}

/** Of how many pieces a node is along the axis of channels. */
function countAlong(node: Node, axis: number): number {
  if (node.kind === "concat" && node.axis === axis)
    return node.parts.reduce((sum, one) => sum + countAlong(one, axis), 0);
  if (node.kind === "convolution" && axis === 1) return countAlong(node.parts[1], 0);
  return node.kind === "variable" ? 1 : countAlong(node.parts[0] as Node, axis);
}

/** How many times the groups of the left side's convolutions one of the right side has, if all of those are alike. */
function groupsOf(image: Node, kernel: Node): number {
  const times = countAlong(image, 1) / countAlong(kernel, 1);
  return Number.isInteger(times) && times > 0 ? times : 1;
}

/** The ways to write a rule in ONNX's operators. @throws Inexpressible */
export function tensorWays(source: ForeignRule, label: string): readonly Way[] {
  const left = source.left.map(nodeOf);
  const right = source.right.map(nodeOf);
  if (source.conditions.length > 0)
    throw new Inexpressible(
      `its condition is not known here: ${source.conditions.map(({ text }) => text).join(", ")}`,
    );
  const roots = [...left, ...right];
  const all = roots.flatMap(within);
  const windows = new Set(
    all.flatMap((node) =>
      node.kind === "convolution" || node.kind === "pool" ? [`${node.kind} ${node.window}`] : [],
    ),
  );
  if (windows.size > 1)
    throw new Inexpressible("its convolutions or pools differ in stride or padding");
  const has = (kind: Node["kind"]): boolean => all.some((node) => node.kind === kind);
  const pads = has("enlarge") ? padsOf(left, right) : undefined;
  const write = (groups: Groups): Way => {
    const writer = new Writer(roots, groups, pads);
    const side = (nodes: readonly Node[], which: "left" | "right"): readonly Expr[] => {
      writer.side = which;
      return writer.roots(nodes);
    };
    const sides = [side(left, "left"), side(right, "right")] as const;
    const clauses = [
      ...(isExpanding(source) ? [mark("expanding")] : []),
      ...(source.subsume ? [mark("subsume")] : []),
      ...fixed(all, pads, writer),
    ];
    const isMultiple = groups === "multiple" && !has("merge");
    return {
      rule: rule(label, sides[0], source.twoWay ? "<=>" : "=>", sides[1], clauses),
      guards: guardsOf(left, right, isMultiple, (node) => writer.expr(node)),
    };
  };
  if (has("merge")) return [write("multiple")];
  if (!has("convolution") || pads) return [write("any")];
  // That it holds for any number of groups is seen where there are several.
  const same = write("same");
  const several = expression("g > 1");
  const guard = [...(same.guards.at(-1) ?? []), several];
  const isMultiplied = right
    .flatMap(within)
    .some((node) => node.kind === "convolution" && groupsOf(node.parts[0], node.parts[1]) > 1);
  return [
    { ...write("any"), trial: { rule: same.rule, guard } },
    write("one"),
    ...(isMultiplied ? [write("multiple")] : []),
  ];
}

/** The names of the paddings of the left side's convolutions, by their kernels; what is enlarged to is the right side's. */
function padsOf(left: readonly Node[], right: readonly Node[]): ReadonlyMap<string, string> {
  const pads = new Map<string, string>();
  for (const node of left.flatMap(within)) {
    if (node.kind !== "convolution") continue;
    const key = showNode(node.parts[1]);
    if (!pads.has(key)) pads.set(key, `q${pads.size === 0 ? "" : pads.size}`);
  }
  const target = right.flatMap(within).find((node) => node.kind === "enlarge");
  const outer = target?.kind === "enlarge" ? pads.get(showNode(target.parts[1])) : undefined;
  if (outer !== undefined) pads.set("", outer);
  return pads;
}

/** Conditions that what is written cannot do without. */
function fixed(
  all: readonly Node[],
  pads: ReadonlyMap<string, string> | undefined,
  writer: Writer,
): Rule["clauses"] {
  const conditions: Expr[] = [];
  for (const node of all) {
    if (node.kind === "scale")
      conditions.push(binary("==", call("rank", [writer.expr(node.parts[1])]), number(0)));
    if (node.kind === "merge") {
      conditions.push(binary("==", call("rank", [writer.expr(node.parts[0])]), number(4)));
      conditions.push(expression("n * floor(g / n) == g", { n: number(node.count) }));
    }
    if (node.kind !== "enlarge") continue;
    const [small, large] = node.parts.map((one) => writer.expr(one)) as [Expr, Expr];
    const names = node.parts.map((one) => pads?.get(showNode(one)));
    const [p, q] = names.map((name) => variable(name ?? "_")) as [Expr, Expr];
    for (const at of [0, 1, 2, 3]) conditions.push(binary(">=", element(q, at), element(p, at)));
    for (const at of [0, 1])
      conditions.push(
        binary(
          "==",
          binary("-", call("dim", [large, number(at + 2)]), call("dim", [small, number(at + 2)])),
          binary(
            "-",
            binary("+", element(q, at), element(q, at + 2)),
            binary("+", element(p, at), element(p, at + 2)),
          ),
        ),
      );
  }
  const seen = new Map(conditions.map((condition) => [JSON.stringify(condition), condition]));
  return [...seen.values()].map((condition) => clause("when", condition));
}
