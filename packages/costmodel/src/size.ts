import type { Dim, DType, TensorType } from "@rewright/plugin";

/** What a symbolic dimension counts as when a caller has left one unbound. */
const unboundDim = 8;

const bits: Readonly<Record<DType, number>> = {
  f64: 64,
  f32: 32,
  f16: 16,
  bf16: 16,
  f8e4m3fn: 8,
  f8e4m3fnuz: 8,
  f8e5m2: 8,
  f8e5m2fnuz: 8,
  f8e8m0: 8,
  f4e2m1: 4,
  i64: 64,
  i32: 32,
  i16: 16,
  i8: 8,
  i4: 4,
  i2: 2,
  u64: 64,
  u32: 32,
  u16: 16,
  u8: 8,
  u4: 4,
  u2: 2,
  bool: 8,
  string: 128,
  c64: 64,
  c128: 128,
  unknown: 32,
};

/** Bytes of one element. Narrow types take a fraction; a string counts as a pointer and a length. */
export function elementBytes(dtype: DType): number {
  return bits[dtype] / 8;
}

/** The size of a dimension. Hosts bind symbolic ones before they ask for costs; one left over counts as 8. */
export function extent(dim: Dim | undefined): number {
  return typeof dim === "number" ? dim : dim === undefined ? 1 : unboundDim;
}

/** How many elements a tensor has; 0 for an absent operand. */
export function elements(type: TensorType | undefined): number {
  if (type === undefined) return 0;
  const { shape } = type;
  let product = 1;
  for (let i = 0; i < shape.length; i++) product *= extent(shape[i]);
  return product;
}

/** The bytes a tensor occupies; 0 for an absent operand. */
export function bytesOf(type: TensorType | undefined): number {
  return type === undefined ? 0 : elements(type) * elementBytes(type.dtype);
}

/** The size of dimension `axis`, counted from the end where negative; 1 beyond the shape. */
export function dimension(type: TensorType | undefined, axis: number): number {
  if (type === undefined) return 1;
  const { shape } = type;
  return extent(shape[axis < 0 ? axis + shape.length : axis]);
}
