/** Functions that the declarations of `tensor.rules` call: shapes, and attributes as ONNX spells them. */

interface Shaped {
  readonly shape: readonly (number | string)[];
}

/** The shape of tensors joined along an axis. */
function joined(xs: readonly Shaped[], axis: number): (number | string)[] | undefined {
  const [first] = xs;
  const sizes = xs.map(({ shape }) => shape.at(axis));
  if (!first || !sizes.every((size) => typeof size === "number")) return undefined;
  return first.shape.with(
    axis,
    sizes.reduce((sum, size) => sum + size, 0),
  );
}

/** The height and width of what a convolution yields. */
function windows(...given: readonly (number | string)[]): number[] | undefined {
  const [h, w, p, q, stride] = given;
  const count = (size: unknown, window: unknown): number => {
    const places = given[5] === "same" ? Number(size) : Number(size) - Number(window) + 1;
    return Math.ceil(places / Number(stride));
  };
  const found = [count(h, p), count(w, q)];
  return found.every((size) => size >= 0) ? found : undefined;
}

export default {
  kind: "dialect",
  spec: 1,
  name: "tensor",
  ops: {},
  functions: {
    joined,
    windows,
    auto_pad: (pad: string) => (pad === "same" ? "SAME_UPPER" : "VALID"),
    /** The least value that an activation yields. */
    least: (act: string) => (act === "relu" ? 0 : -3.4e38),
  },
};
