import type { Elements, Kernel, Kernels } from "./kernels.ts";
import { checkedRow, reference } from "./reference.ts";
import { fused, plain } from "./simd.wasm.ts";
import type { Operator, Value } from "./value.ts";

/** What the compiled kernels offer: addresses in bytes, lengths in elements. */
interface Compiled {
  matmul(
    a: number,
    ar: number,
    ac: number,
    b: number,
    m: number,
    k: number,
    n: number,
    out: number,
  ): void;
  transpose(a: number, rows: number, columns: number, out: number): void;
  add(a: number, b: number, out: number, n: number): void;
  subtract(a: number, b: number, out: number, n: number): void;
  multiply(a: number, b: number, out: number, n: number): void;
  divide(a: number, b: number, out: number, n: number): void;
  scale(a: number, factor: number, out: number, n: number): void;
  relu(a: number, out: number, n: number): void;
  step(a: number, out: number, n: number): void;
  sumRows(a: number, rows: number, columns: number, out: number): void;
}

/** As much of WebAssembly as is needed: it is no part of the language. */
interface WebAssembly {
  readonly validate: (bytes: Uint8Array) => boolean;
  readonly Module: new (bytes: Uint8Array) => object;
  readonly Instance: new (module: object, imports: object) => { readonly exports: object };
  readonly Memory: new (descriptor: { initial: number }) => { readonly buffer: ArrayBuffer };
}

const PAGE = 1 << 16;
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
    allocate: (lengths) => {
      if (vector) throw new Error("these kernels have a program: make others by simd()");
      const places: number[] = [];
      let end = 0;
      // One more, for a factor with rows and columns exchanged.
      for (const length of [...lengths, Math.max(0, ...lengths)]) {
        places.push(end * 4);
        end += Math.ceil(length / ALIGNMENT) * ALIGNMENT;
      }
      const memory = new api.Memory({ initial: Math.max(1, Math.ceil((end * 4) / PAGE)) });
      const { exports } = new api.Instance(compile(api), { env: { memory } });
      const whole = new Float32Array(memory.buffer);
      vector = kernels(exports as Compiled, whole, places.pop() as number);
      return lengths.map((length, i) => new Float32Array(memory.buffer, places[i], length));
    },
    of: (value) => {
      const { operands, op } = value;
      const isPair = op === "add" || op === "subtract" || op === "multiply" || op === "divide";
      // Columns that stretch are left to the reference.
      const fits = !isPair || operands.every(({ columns }) => columns === value.columns);
      return (fits && vector?.[op]) || scalar.of(value);
    },
  };
}

const at = (elements: Elements | Int32Array | undefined): number =>
  (elements as Elements).byteOffset;

function kernels(
  compiled: Compiled,
  whole: Float32Array,
  scratch: number,
): Partial<Record<Operator, Kernel>> {
  /** Of two matrices whose rows are as long: all at once, or row by row where one stretches. */
  const pair =
    (run: (a: number, b: number, out: number, n: number) => void): Kernel =>
    ({ rows, columns, operands }, [x, y], out) => {
      const [a, b] = operands as [Value, Value];
      if (a.rows === b.rows) return run(at(x), at(y), at(out), out.length);
      const [left, right] = [a.rows === 1 ? 0 : columns * 4, b.rows === 1 ? 0 : columns * 4];
      for (let r = 0; r < rows; r++)
        run(at(x) + r * left, at(y) + r * right, at(out) + r * columns * 4, columns);
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
    matmul: ({ rows, columns, operands, attributes }, [x, y], out) => {
      const [a, b] = operands as [Value, Value];
      const [ta, tb] = attributes.transposed as readonly [boolean, boolean];
      const [ar, ac] = ta ? [1, a.columns] : [a.columns, 1];
      if (tb) compiled.transpose(at(y), b.rows, b.columns, scratch);
      const depth = ta ? a.rows : a.columns;
      compiled.matmul(at(x), ar, ac, tb ? scratch : at(y), rows, depth, columns, at(out));
    },
    sum: ({ rows, columns, operands }, [x], out) => {
      const of = operands[0] as Value;
      if (columns !== of.columns && rows === of.rows)
        return compiled.sumRows(at(x), of.rows, of.columns, at(out));
      if (columns !== of.columns) {
        // All of it: as one row.
        return compiled.sumRows(at(x), 1, of.rows * of.columns, at(out));
      }
      out.fill(0);
      for (let r = 0; r < of.rows; r++)
        compiled.add(at(out), at(x) + r * columns * 4, at(out), columns);
    },
    gather: ({ columns, operands }, [x, index], out) => {
      const { rows } = operands[0] as Value;
      const [from, to] = [at(x) / 4, at(out) / 4];
      for (const [r, row] of (index as Int32Array).entries()) {
        const begin = from + checkedRow(row, rows) * columns;
        whole.copyWithin(to + r * columns, begin, begin + columns);
      }
    },
    scatter: ({ rows, columns, operands }, [x, index], out) => {
      const { rows: count } = operands[0] as Value;
      out.fill(0);
      for (let r = 0; r < count; r++) {
        const row = checkedRow((index as Int32Array)[r] as number, rows);
        const to = at(out) + row * columns * 4;
        compiled.add(to, at(x) + r * columns * 4, to, columns);
      }
    },
  };
}
