/**
 * Windows that slide over positions (convolutions, pools): what a file may leave unsaid, said, so that a rule that looks at
 * strides or padding finds them whatever the exporter wrote.
 *
 * @module
 */

import type { Attr, Attrs, Dim, TensorType } from "@rewright/plugin";

/** The operators with a window, and how it is known: by the shape of the weights, or by an attribute alone. */
const WINDOWED: ReadonlyMap<string, "weights" | "attribute"> = new Map([
  ["Conv", "weights"],
  ["ConvTranspose", "weights"],
  ["com.microsoft.FusedConv", "weights"],
  ["MaxPool", "attribute"],
  ["AveragePool", "attribute"],
  ["LpPool", "attribute"],
]);

/**
 * The attributes of an operator with a window, complete: `kernel_shape`, `strides`, `dilations` and `pads` stand where they follow, and
 * `auto_pad` is "NOTSET" where the padding is known. Those of other operators come back as they are.
 */
export function withWindow(
  op: string,
  attrs: Attrs,
  [x, w]: readonly (TensorType | undefined)[],
): Attrs {
  const kind = WINDOWED.get(op);
  if (kind === undefined) return attrs;
  const known = kind === "weights" && w?.dtype !== "unknown" ? w?.shape.slice(2) : undefined;
  const kernel = numbers(attrs["kernel_shape"]) ?? numbers(known);
  if (kernel === undefined || kernel.length === 0) return attrs;
  const strides = numbers(attrs["strides"]) ?? kernel.map(() => 1);
  const dilations = numbers(attrs["dilations"]) ?? kernel.map(() => 1);
  const complete: Record<string, Attr> = { ...attrs, kernel_shape: kernel, strides };
  // Pools came to have dilations late: to name those that they have anyway would ask for a newer operator set.
  if (kind === "weights") complete["dilations"] = dilations;
  const auto = attrs["auto_pad"] ?? "NOTSET";
  const given = auto === "NOTSET" && !("output_shape" in attrs);
  const pads = given
    ? (attrs["pads"] ?? [...kernel, ...kernel].map(() => 0))
    : describesPadding(op, attrs)
      ? paddingOf(auto, x, { kernel, strides, dilations })
      : undefined;
  if (pads !== undefined) {
    complete["pads"] = pads;
    if (auto !== "NOTSET") complete["auto_pad"] = "NOTSET";
  }
  return complete;
}

/** Whether padding that is described would mean the same if it were given: it counts neither in means nor in the number of positions. */
function describesPadding(op: string, attrs: Attrs): boolean {
  const counts = (attrs["count_include_pad"] ?? 0) !== 0 || (attrs["ceil_mode"] ?? 0) !== 0;
  return op !== "ConvTranspose" && !counts;
}

/** Padding that is described instead of given; `undefined` where it depends on sizes that are open. */
function paddingOf(
  auto: Attr,
  x: TensorType | undefined,
  window: {
    readonly kernel: readonly number[];
    readonly strides: readonly number[];
    readonly dilations: readonly number[];
  },
): readonly number[] | undefined {
  const { kernel, strides, dilations } = window;
  if (auto === "VALID") return [...kernel, ...kernel].map(() => 0);
  const sizes = numbers(x?.shape.slice(2));
  if (sizes === undefined || sizes.length !== kernel.length) return undefined;
  const before: number[] = [];
  const after: number[] = [];
  for (const [i, size] of sizes.entries()) {
    const [stride, extent] = [
      strides[i] as number,
      ((kernel[i] as number) - 1) * (dilations[i] as number) + 1,
    ];
    const all = Math.max(0, (Math.ceil(size / stride) - 1) * stride + extent - size);
    const small = Math.floor(all / 2);
    before.push(auto === "SAME_UPPER" ? small : all - small);
    after.push(auto === "SAME_UPPER" ? all - small : small);
  }
  return [...before, ...after];
}

/** A list of plain numbers; `undefined` for anything else. */
function numbers(value: Attr | readonly Dim[] | undefined): readonly number[] | undefined {
  return Array.isArray(value) && value.every((x) => typeof x === "number")
    ? (value as readonly number[])
    : undefined;
}
