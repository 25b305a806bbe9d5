/** The meaning of `math.rules`: real numbers, held in double precision. */

interface Num {
  readonly dtype: "f64";
  readonly shape: readonly number[];
  readonly data: ArrayLike<number>;
}

const names = ["a", "b"];

function real(compute: (...numbers: readonly number[]) => number) {
  return {
    operands: names.slice(0, compute.length).map((name) => ({ name })),
    infer: () => [{ dtype: "f64", shape: [] }],
    evaluate: (operands: readonly Num[]) => {
      const value = compute(...operands.map(({ data }) => data[0] ?? Number.NaN));
      return [{ dtype: "f64", shape: [], data: Float64Array.of(value) }];
    },
  };
}

export default {
  kind: "dialect",
  spec: 1,
  name: "math",
  ops: {
    add: real((a, b) => a + b),
    sub: real((a, b) => a - b),
    mul: real((a, b) => a * b),
    div: real((a, b) => a / b),
    pow: real((a, b) => a ** b),
    ln: real((a) => Math.log(a)),
    sqrt: real((a) => Math.sqrt(a)),
    sin: real((a) => Math.sin(a)),
    cos: real((a) => Math.cos(a)),
  },
};
