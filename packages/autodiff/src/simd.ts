import type { Elements, Kernel, Kernels } from "./kernels.ts";
import { checkedRow, reference, strides } from "./reference.ts";
import { fused, plain } from "./simd.wasm.ts";
import type { Operator, Value } from "./value.ts";

/** Two matrices element by element: address and strides of rows and columns of each. */
type CompiledPair = (
  a: number,
  ar: number,
  ac: number,
  b: number,
  br: number,
  bc: number,
  out: number,
  rows: number,
  columns: number,
) => void;

/** What the compiled kernels offer: addresses in bytes, lengths and strides in elements. */
interface Compiled {
  readonly add: CompiledPair;
  readonly subtract: CompiledPair;
  readonly multiply: CompiledPair;
  readonly divide: CompiledPair;
  workBytes(): number;
  matmul(
    a: number,
    ar: number,
    ac: number,
    b: number,
    br: number,
    bc: number,
    m: number,
    k: number,
    n: number,
    out: number,
    work: number,
  ): void;
  stretch(a: number, ar: number, ac: number, out: number, rows: number, columns: number): void;
  scale(a: number, factor: number, out: number, n: number): void;
  relu(a: number, out: number, n: number): void;
  step(a: number, out: number, n: number): void;
  sumRows(a: number, rows: number, columns: number, out: number): void;
  sumColumns(a: number, rows: number, columns: number, out: number): void;
  gather(x: number, rows: number, at: number, count: number, columns: number, out: number): number;
  scatter(x: number, at: number, count: number, columns: number, out: number, rows: number): number;
  propagate(
    x: number,
    given: number,
    from: number,
    to: number,
    weights: number,
    count: number,
    columns: number,
    out: number,
    rows: number,
  ): number;
}

/** As much of WebAssembly as is needed: it is no part of the language. */
interface WebAssembly {
  readonly validate: (bytes: Uint8Array) => boolean;
  readonly Module: new (bytes: Uint8Array) => object;
  readonly Instance: new (module: object, imports: object) => { readonly exports: object };
  readonly Memory: new (descriptor: { initial: number }) => { readonly buffer: ArrayBuffer };
}

const PAGE = 1 << 16;
/** What the compiled matrix product works in, in bytes: `workBytes` of its source. */
const WORK = 1 << 20;
/** Matrices begin at multiples of this many elements, so that vectors do not straddle cache lines. */
const ALIGNMENT = 16;

const bytesOf = (text: string): Uint8Array =>
  Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));

let module: object | undefined;

/** The compiled kernels: with fused multiply-add where the machine has it, and rounds once instead of twice. */
function compile(api: WebAssembly): object {
  if (module) return module;
  const best = bytesOf(fused);
  module = new api.Module(api.validate(best) ? best : bytesOf(plain));
  return module;
}

/**
 * Kernels of 32 bits for WebAssembly's vectors, in Node, workers and browsers. Sums are taken in another order than by
 * `reference(32)`, and products fused with sums where the machine can, so results differ in their last bits; on one machine they are the
 * same each time. What has no vector kernel is computed by the reference's.
 *
 * @throws Error where there is no WebAssembly
 */
export function simd(): Kernels {
  const api = (globalThis as { readonly WebAssembly?: WebAssembly }).WebAssembly;
  if (!api) throw new Error("there is no WebAssembly here: use reference() instead");
  const scalar = reference(32);
  let vector: Partial<Record<Operator, Kernel>> | undefined;
  return {
    name: "simd",
    allocate: (lengths, indices) => {
      if (vector) throw new Error("these kernels have a program: make others by simd()");
      const places: number[] = [];
      let end = 0;
      for (const length of [...lengths, ...indices]) {
        places.push(end * 4);
        end += Math.ceil(length / ALIGNMENT) * ALIGNMENT;
      }
      const work = end * 4;
      const memory = new api.Memory({ initial: Math.ceil((work + WORK) / PAGE) });
      const { exports } = new api.Instance(compile(api), { env: { memory } });
      const compiled = exports as Compiled;
      if (compiled.workBytes() > WORK) throw new Error("the kernels need more memory to work in");
      vector = kernels(compiled, work);
      const place = (i: number): number => places[i] as number;
      return {
        matrices: lengths.map((n, i) => new Float32Array(memory.buffer, place(i), n)),
        indices: indices.map((n, i) => new Int32Array(memory.buffer, place(lengths.length + i), n)),
      };
    },
    of: (value) => vector?.[value.op] ?? scalar.of(value),
  };
}

const at = (elements: Elements | Int32Array | undefined): number =>
  (elements as Elements).byteOffset;

function kernels(compiled: Compiled, work: number): Partial<Record<Operator, Kernel>> {
  const pair =
    (run: CompiledPair): Kernel =>
    ({ rows, columns, operands }, [x, y], out) => {
      const [a, b] = operands as [Value, Value];
      // What is as large as the result is one long row.
      if (a.rows === b.rows && a.columns === b.columns)
        return run(at(x), 0, 1, at(y), 0, 1, at(out), 1, out.length);
      const [ar, ac] = strides(a);
      const [br, bc] = strides(b);
      run(at(x), ar, ac, at(y), br, bc, at(out), rows, columns);
    };
  return {
    add: pair(compiled.add),
    subtract: pair(compiled.subtract),
    multiply: pair(compiled.multiply),
    divide: pair(compiled.divide),
    scale: ({ attributes }, [x], out) =>
      compiled.scale(at(x), attributes.factor as number, at(out), out.length),
    relu: (_, [x], out) => compiled.relu(at(x), at(out), out.length),
    step: (_, [x], out) => compiled.step(at(x), at(out), out.length),
    stretch: ({ rows, columns, operands }, [x], out) => {
      const [row, column] = strides(operands[0] as Value);
      compiled.stretch(at(x), row, column, at(out), rows, columns);
    },
    matmul: ({ rows, columns, operands, attributes }, [x, y], out) => {
      const [a, b] = operands as [Value, Value];
      const [ta, tb] = attributes.transposed as readonly [boolean, boolean];
      const [ar, ac] = ta ? [1, a.columns] : [a.columns, 1];
      const [br, bc] = tb ? [1, b.columns] : [b.columns, 1];
      const depth = ta ? a.rows : a.columns;
      compiled.matmul(at(x), ar, ac, at(y), br, bc, rows, depth, columns, at(out), work);
    },
    sum: ({ columns, operands }, [x], out) => {
      const of = operands[0] as Value;
      if (columns === of.columns) compiled.sumColumns(at(x), of.rows, columns, at(out));
      // All of it: as one row.
      else if (out.length === 1) compiled.sumRows(at(x), 1, of.rows * of.columns, at(out));
      else compiled.sumRows(at(x), of.rows, of.columns, at(out));
    },
    gather: ({ rows, columns, operands }, [x, numbers], out) => {
      const { rows: most } = operands[0] as Value;
      const bad = compiled.gather(at(x), most, at(numbers), rows, columns, at(out));
      if (bad >= 0) checkedRow(numbers?.[bad] as number, most);
    },
    scatter: ({ rows, columns, operands }, [x, numbers], out) => {
      const { rows: count } = operands[0] as Value;
      const bad = compiled.scatter(at(x), at(numbers), count, columns, at(out), rows);
      if (bad >= 0) checkedRow(numbers?.[bad] as number, rows);
    },
    propagate: ({ rows, columns, operands }, [x, from, to, weights], out) => {
      const { rows: most } = operands[0] as Value;
      const count = (from as Int32Array).length;
      const scales = weights ? at(weights) : 0;
      const bad = compiled.propagate(
        ...([at(x), most, at(from), at(to), scales, count, columns, at(out), rows] as const),
      );
      if (bad < 0) return;
      checkedRow(from?.[bad] as number, most);
      checkedRow(to?.[bad] as number, rows);
    },
  };
}
