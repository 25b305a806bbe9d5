import type { DType, NdArray } from "@rewright/plugin";
import { fromHalf, toHalf } from "./half.ts";

/** Element types that the runtime's binding can carry, and what it calls them. */
const bindingNames: Partial<Record<DType, string>> = {
  f32: "float32",
  f64: "float64",
  f16: "float16",
  i64: "int64",
  i32: "int32",
  i16: "int16",
  i8: "int8",
  u64: "uint64",
  u32: "uint32",
  u16: "uint16",
  u8: "uint8",
  bool: "bool",
  string: "string",
};

const dtypes = new Map(
  Object.entries(bindingNames).map(([dtype, name]) => [name, dtype as DType] as const),
);

type Packed =
  | Float32Array
  | Float64Array
  | Int32Array
  | Int16Array
  | Int8Array
  | Uint32Array
  | Uint16Array
  | Uint8Array
  | BigInt64Array
  | BigUint64Array
  | readonly string[];

/** A tensor as it travels to the child: packed data, half-precision numbers as their bits. */
export interface WireTensor {
  readonly type: string;
  readonly dims: readonly number[];
  readonly data: Packed;
}

/** Packs a tensor for the runtime. Throws on an element type that its binding cannot carry, and on a wrong number of elements. */
export function pack(name: string, array: NdArray): WireTensor {
  const type = bindingNames[array.dtype];
  if (type === undefined) {
    throw new TypeError(
      `"${name}" is ${array.dtype}, which ONNX Runtime's JavaScript binding cannot carry: feed it through a Cast inside the model`,
    );
  }
  const size = array.shape.reduce((product, dim) => product * dim, 1);
  if (array.data.length !== size) {
    throw new RangeError(
      `"${name}" has ${array.data.length} elements, but its shape [${array.shape}] holds ${size}`,
    );
  }
  return { type, dims: array.shape, data: packed(array) };
}

/** The tensor that came back from the runtime. */
export function unpack(wire: WireTensor): NdArray {
  const dtype = dtypeOf(wire.type);
  const data = dtype === "f16" ? Float32Array.from(wire.data as Uint16Array, fromHalf) : wire.data;
  return { dtype, shape: wire.dims, data };
}

/** Our name of the binding's element type; `unknown` where it has none of ours. */
export function dtypeOf(type: string): DType {
  return dtypes.get(type) ?? "unknown";
}

function packed(array: NdArray): Packed {
  const data = array.data as ArrayLike<number>;
  switch (array.dtype) {
    case "f32":
      return data instanceof Float32Array ? data : Float32Array.from(data);
    case "f64":
      return data instanceof Float64Array ? data : Float64Array.from(data);
    case "f16":
      return Uint16Array.from(data, toHalf);
    case "i32":
      return data instanceof Int32Array ? data : Int32Array.from(data);
    case "i16":
      return data instanceof Int16Array ? data : Int16Array.from(data);
    case "i8":
      return data instanceof Int8Array ? data : Int8Array.from(data);
    case "u32":
      return data instanceof Uint32Array ? data : Uint32Array.from(data);
    case "u16":
      return data instanceof Uint16Array ? data : Uint16Array.from(data);
    case "u8":
      return data instanceof Uint8Array ? data : Uint8Array.from(data);
    case "bool":
      return Uint8Array.from(data, (value) => (value ? 1 : 0));
    default:
      return array.data as BigInt64Array | BigUint64Array | readonly string[];
  }
}
