/**
 * Arithmetic with broadcasting: Add, Sub, Mul, Div, Mod, Pow, Max, Min, Sum, Mean, and the operators on bits.
 *
 * @module
 */

import type { Dim, DType, NdArray, OpDef, TensorType } from "@rewright/plugin";
import {
  addDims,
  divideDims,
  maxDims,
  minDims,
  multiplyDims,
  subtractDims,
  truncatedQuotient,
} from "../dim.ts";
import {
  commonDType,
  intAttr,
  isFloat,
  isInteger,
  isSigned,
  operandAt,
  requireDType,
  ShapeError,
  stringAttr,
} from "../typing.ts";
import {
  type Binary,
  bigintsOf,
  type Cell,
  cellsOf,
  commonShape,
  doublesOf,
  floats,
  integers,
  selected,
  takes,
  typeOfMap,
  zip,
  zipInto,
} from "./elementwise.ts";
import { checked, type Ops } from "./operator.ts";

type Known = (...elements: readonly Dim[]) => Dim | undefined;

interface Row extends Binary {
  readonly commutative?: boolean;
  /** What is known of an element of the result. */
  readonly value?: (a: Dim, b: Dim) => Dim | undefined;
}

/** What an integer divided by 0 is, ONNX leaves open: here 0. */
const quotient = (x: bigint, y: bigint) => (y === 0n ? 0n : x / y);

const ROWS: Readonly<Record<string, Row>> = {
  Add: {
    commutative: true,
    float: (x, y) => x + y,
    integer: (x, y) => x + y,
    value: addDims,
  },
  Sub: { float: (x, y) => x - y, integer: (x, y) => x - y, value: subtractDims },
  Mul: {
    commutative: true,
    float: (x, y) => x * y,
    integer: (x, y) => x * y,
    value: multiplyDims,
  },
  Div: { float: (x, y) => x / y, integer: quotient, value: truncatedQuotient },
  BitwiseAnd: { commutative: true, integer: (x, y) => x & y },
  BitwiseOr: { commutative: true, integer: (x, y) => x | y },
  BitwiseXor: { commutative: true, integer: (x, y) => x ^ y },
};

function inferPair(
  operands: readonly (TensorType | undefined)[],
  allowed: (dtype: DType) => boolean,
  value?: Known,
): readonly TensorType[] {
  const dtype = commonDType(operands);
  const a = operandAt(operands, 0);
  requireDType(a, allowed, "numbers that the operator takes");
  return [typeOfMap(dtype, [a, operandAt(operands, 1)], value)];
}

function binary(row: Row): OpDef {
  return {
    operands: [{ name: "A" }, { name: "B" }],
    ...(row.commutative === true ? { commutative: true } : {}),
    infer: (operands) =>
      inferPair(operands, (dtype) => takes(row, dtype), row.value as Known | undefined),
    evaluate: (operands) => [zip(row, operandAt(operands, 0), operandAt(operands, 1))],
  };
}

// ── Any number of operands ───────────────────────────────────────────────────

const isNumeric = (dtype: DType) => isFloat(dtype) || isInteger(dtype);

function inferAll(
  operands: readonly (TensorType | undefined)[],
  allowed: (dtype: DType) => boolean,
  value?: Known,
): readonly TensorType[] {
  const dtype = commonDType(operands);
  requireDType(operandAt(operands, 0), allowed, "numbers that the operator takes");
  return [typeOfMap(dtype, operands as readonly TensorType[], value)];
}

/** The extreme of all operands; a NaN wins, as in numpy. */
function extreme(value: (a: Dim, b: Dim) => Dim, wins: (x: Cell, y: Cell) => boolean): OpDef {
  const choose = (x: Cell, y: Cell) => {
    if (Number.isNaN(x)) return x;
    return Number.isNaN(y) || wins(y, x) ? y : x;
  };
  return {
    operands: [{ name: "data", variadic: true }],
    infer: (operands) =>
      inferAll(operands, isNumeric, (...elements) => elements.reduce((a, b) => value(a, b))),
    evaluate: (operands) => [
      (operands as readonly NdArray[]).reduce((a, b) => {
        const shape = commonShape(a, b);
        return selected(a.dtype, shape, (out) =>
          zipInto(out, shape, cellsOf(a), a.shape, cellsOf(b), b.shape, choose),
        );
      }),
    ],
  };
}

function total(operands: readonly (NdArray | undefined)[], share: number): readonly NdArray[] {
  const arrays = operands as readonly NdArray[];
  const shape = commonShape(...arrays);
  const { dtype } = operandAt(operands, 0);
  const sum = floats("f64", shape, (out) => {
    for (const array of arrays) {
      const cells = doublesOf(array);
      zipInto(out, shape, out as ArrayLike<number>, shape, cells, array.shape, (x, y) => x + y);
    }
  });
  const exact = doublesOf(sum);
  return [
    floats(dtype, shape, (out) => {
      for (let i = 0; i < exact.length; i++) out[i] = (exact[i] as number) / share;
    }),
  ];
}

// ── Pow, Mod, BitShift ───────────────────────────────────────────────────────

/** In 64 bits, in which all integers are stored in the end: the exact power may have billions of digits. */
function power(base: bigint, exponent: bigint): bigint {
  if (exponent < 0n) {
    if (base === 1n) return 1n;
    return base === -1n ? (exponent % 2n === 0n ? 1n : -1n) : 0n;
  }
  let result = 1n;
  let square = base;
  for (let rest = exponent; rest > 0n; rest >>= 1n) {
    if ((rest & 1n) === 1n) result = BigInt.asIntN(64, result * square);
    square = BigInt.asIntN(64, square * square);
  }
  return result;
}

const pow: OpDef = {
  operands: [{ name: "X" }, { name: "Y" }],
  infer(operands) {
    const base = operandAt(operands, 0);
    const exponent = operandAt(operands, 1);
    requireDType(base, (d) => isFloat(d) || d === "i32" || d === "i64", "floats, i32 or i64");
    requireDType(exponent, isNumeric, "numbers");
    const value = (a: Dim, b: Dim) =>
      typeof a === "number" && typeof b === "number" ? Math.trunc(a ** b) : undefined;
    return [typeOfMap(base.dtype, [base, exponent], value as Known)];
  },
  evaluate(operands) {
    const base = operandAt(operands, 0);
    const exponent = operandAt(operands, 1);
    const shape = commonShape(base, exponent);
    if (isInteger(base.dtype) && isInteger(exponent.dtype)) {
      const out: bigint[] = [];
      zipInto(out, shape, bigintsOf(base), base.shape, bigintsOf(exponent), exponent.shape, power);
      return [integers(base.dtype, shape, out)];
    }
    const powers = floats(isFloat(base.dtype) ? base.dtype : "f64", shape, (out) =>
      zipInto(
        out,
        shape,
        doublesOf(base),
        base.shape,
        doublesOf(exponent),
        exponent.shape,
        Math.pow,
      ),
    );
    if (isFloat(base.dtype)) return [powers];
    const whole = Array.from(doublesOf(powers), (x) =>
      Number.isFinite(x) ? BigInt(Math.trunc(x)) : 0n,
    );
    return [integers(base.dtype, shape, whole)];
  },
};

const mod: OpDef = {
  operands: [{ name: "A" }, { name: "B" }],
  attrs: { fmod: { type: "int", default: 0 } },
  infer(operands, attrs) {
    const fmod = intAttr(attrs, "fmod") !== 0;
    if (!fmod && isFloat(commonDType(operands)))
      throw new ShapeError("of floats, only fmod = 1 is defined");
    return inferPair(operands, isNumeric, (a = 0, b = 0) => {
      if (typeof a === "number" && typeof b === "number") {
        if (b === 0) return undefined;
        return (fmod ? a % b : a - b * Math.floor(a / b)) + 0;
      }
      const times = fmod ? undefined : divideDims(a, b);
      return times === undefined ? undefined : subtractDims(a, multiplyDims(b, times));
    });
  },
  evaluate(operands, attrs) {
    const fmod = intAttr(attrs, "fmod") !== 0;
    const integer = (x: bigint, y: bigint) => {
      if (y === 0n) return 0n;
      const rest = x % y;
      // The remainder has the sign of the divisor, as in Python.
      return fmod || rest === 0n || rest < 0n === y < 0n ? rest : rest + y;
    };
    const float = (x: number, y: number) => x % y;
    return [zip({ float, integer }, operandAt(operands, 0), operandAt(operands, 1))];
  },
};

const bitShift: OpDef = {
  operands: [{ name: "X" }, { name: "Y" }],
  attrs: { direction: { type: ["LEFT", "RIGHT"], required: true } },
  infer: (operands) => inferPair(operands, (dtype) => isInteger(dtype) && !isSigned(dtype)),
  evaluate(operands, attrs) {
    const left = stringAttr(attrs, "direction") === "LEFT";
    // Every bit is out by 64, and a shift by as much as 2⁶³ would take that much memory.
    const integer = (x: bigint, y: bigint) => (y >= 64n ? 0n : left ? x << y : x >> y);
    return [zip({ integer }, operandAt(operands, 0), operandAt(operands, 1))];
  },
};

/** Add, Sub, Mul, Div, Mod, Pow, Max, Min, Sum, Mean, BitwiseAnd, BitwiseOr, BitwiseXor, BitShift. */
export const arithmetic: Ops = checked({
  ...Object.fromEntries(Object.entries(ROWS).map(([name, row]) => [name, binary(row)])),
  Pow: pow,
  Mod: mod,
  BitShift: bitShift,
  Max: extreme(maxDims, (x, y) => x > y),
  Min: extreme(minDims, (x, y) => x < y),
  Sum: {
    operands: [{ name: "data", variadic: true }],
    infer: (operands) => inferAll(operands, isFloat),
    evaluate: (operands) => total(operands, 1),
  },
  Mean: {
    operands: [{ name: "data", variadic: true }],
    infer: (operands) => inferAll(operands, isFloat),
    evaluate: (operands) => total(operands, operands.length),
  },
});
