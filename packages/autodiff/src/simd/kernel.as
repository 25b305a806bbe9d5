// The kernels of `simd()`, in AssemblyScript: `pnpm kernel` compiles them to WebAssembly. Addresses are in bytes, lengths
// and strides in elements of four bytes. `madd` is a fused multiply-add where the machine has one, see tools/build-simd.ts.

/** Rows of the second factor that are gone through before the next rows of the first: as many as stay in the cache. */
const DEPTH: i32 = 256;

/**
 * The product of an m x k matrix, whose element (r, c) is at `a` + r `ar` + c `ac`, and a k x n matrix, row by row.
 */
export function matmul(a: i32, ar: i32, ac: i32, b: i32, m: i32, k: i32, n: i32, out: i32): void {
  memory.fill(out, 0, m * n * 4);
  for (let from = 0; from < k; from += DEPTH) {
    const depth = min(DEPTH, k - from);
    const left = a + from * ac * 4;
    const right = b + from * n * 4;
    let r = 0;
    for (; r + 4 <= m; r += 4) four(left + r * ar * 4, ar * 4, ac * 4, right, depth, n, out + r * n * 4);
    for (; r < m; r++) one(left + r * ar * 4, ac * 4, right, depth, n, out + r * n * 4);
  }
}

/** Adds the products of four rows; strides in bytes. */
function four(a: i32, ar: i32, ac: i32, b: i32, k: i32, n: i32, out: i32): void {
  const row = n * 4;
  let c = 0;
  for (; c + 8 <= n; c += 8) {
    let o = out + c * 4;
    let x0 = v128.load(o);
    let y0 = v128.load(o, 16);
    o += row;
    let x1 = v128.load(o);
    let y1 = v128.load(o, 16);
    o += row;
    let x2 = v128.load(o);
    let y2 = v128.load(o, 16);
    o += row;
    let x3 = v128.load(o);
    let y3 = v128.load(o, 16);
    let p = a;
    let q = b + c * 4;
    for (let i = 0; i < k; i++) {
      const x = v128.load(q);
      const y = v128.load(q, 16);
      let f = v128.load32_splat(p);
      x0 = madd(f, x, x0);
      y0 = madd(f, y, y0);
      f = v128.load32_splat(p + ar);
      x1 = madd(f, x, x1);
      y1 = madd(f, y, y1);
      f = v128.load32_splat(p + 2 * ar);
      x2 = madd(f, x, x2);
      y2 = madd(f, y, y2);
      f = v128.load32_splat(p + 3 * ar);
      x3 = madd(f, x, x3);
      y3 = madd(f, y, y3);
      p += ac;
      q += row;
    }
    o = out + c * 4;
    v128.store(o, x0);
    v128.store(o, y0, 16);
    o += row;
    v128.store(o, x1);
    v128.store(o, y1, 16);
    o += row;
    v128.store(o, x2);
    v128.store(o, y2, 16);
    o += row;
    v128.store(o, x3);
    v128.store(o, y3, 16);
  }
  if (c < n)
    for (let r = 0; r < 4; r++) rest(a + r * ar, ac, b, k, n, out + r * row, c);
}

/** Adds the product of one row. */
function one(a: i32, ac: i32, b: i32, k: i32, n: i32, out: i32): void {
  let c = 0;
  for (; c + 4 <= n; c += 4) {
    let x = v128.load(out + c * 4);
    let p = a;
    let q = b + c * 4;
    for (let i = 0; i < k; i++) {
      x = madd(v128.load32_splat(p), v128.load(q), x);
      p += ac;
      q += n * 4;
    }
    v128.store(out + c * 4, x);
  }
  rest(a, ac, b, k, n, out, c);
}

/** Adds the product of one row, from column `c` on. */
function rest(a: i32, ac: i32, b: i32, k: i32, n: i32, out: i32, c: i32): void {
  for (; c < n; c++) {
    let x = load<f32>(out + c * 4);
    for (let i = 0; i < k; i++) x += load<f32>(a + i * ac) * load<f32>(b + (i * n + c) * 4);
    store<f32>(out + c * 4, x);
  }
}

/** Rows and columns exchanged. */
export function transpose(a: i32, rows: i32, columns: i32, out: i32): void {
  for (let r = 0; r < rows; r++)
    for (let c = 0; c < columns; c++)
      store<f32>(out + (c * rows + r) * 4, load<f32>(a + (r * columns + c) * 4));
}

export function add(a: i32, b: i32, out: i32, n: i32): void {
  let i = 0;
  for (; i + 4 <= n; i += 4)
    v128.store(out + i * 4, f32x4.add(v128.load(a + i * 4), v128.load(b + i * 4)));
  for (; i < n; i++) store<f32>(out + i * 4, load<f32>(a + i * 4) + load<f32>(b + i * 4));
}

export function subtract(a: i32, b: i32, out: i32, n: i32): void {
  let i = 0;
  for (; i + 4 <= n; i += 4)
    v128.store(out + i * 4, f32x4.sub(v128.load(a + i * 4), v128.load(b + i * 4)));
  for (; i < n; i++) store<f32>(out + i * 4, load<f32>(a + i * 4) - load<f32>(b + i * 4));
}

export function multiply(a: i32, b: i32, out: i32, n: i32): void {
  let i = 0;
  for (; i + 4 <= n; i += 4)
    v128.store(out + i * 4, f32x4.mul(v128.load(a + i * 4), v128.load(b + i * 4)));
  for (; i < n; i++) store<f32>(out + i * 4, load<f32>(a + i * 4) * load<f32>(b + i * 4));
}

export function divide(a: i32, b: i32, out: i32, n: i32): void {
  let i = 0;
  for (; i + 4 <= n; i += 4)
    v128.store(out + i * 4, f32x4.div(v128.load(a + i * 4), v128.load(b + i * 4)));
  for (; i < n; i++) store<f32>(out + i * 4, load<f32>(a + i * 4) / load<f32>(b + i * 4));
}

export function scale(a: i32, factor: f32, out: i32, n: i32): void {
  const f = f32x4.splat(factor);
  let i = 0;
  for (; i + 4 <= n; i += 4) v128.store(out + i * 4, f32x4.mul(f, v128.load(a + i * 4)));
  for (; i < n; i++) store<f32>(out + i * 4, factor * load<f32>(a + i * 4));
}

export function relu(a: i32, out: i32, n: i32): void {
  const zero = f32x4.splat(0);
  let i = 0;
  for (; i + 4 <= n; i += 4) v128.store(out + i * 4, f32x4.max(v128.load(a + i * 4), zero));
  for (; i < n; i++) store<f32>(out + i * 4, max(load<f32>(a + i * 4), 0));
}

export function step(a: i32, out: i32, n: i32): void {
  const zero = f32x4.splat(0);
  const ones = f32x4.splat(1);
  let i = 0;
  for (; i + 4 <= n; i += 4)
    v128.store(out + i * 4, v128.and(f32x4.gt(v128.load(a + i * 4), zero), ones));
  for (; i < n; i++) store<f32>(out + i * 4, load<f32>(a + i * 4) > 0 ? 1 : 0);
}

/** The sum of each row. */
export function sumRows(a: i32, rows: i32, columns: i32, out: i32): void {
  for (let r = 0; r < rows; r++) {
    const row = a + r * columns * 4;
    let total = f32x4.splat(0);
    let c = 0;
    for (; c + 4 <= columns; c += 4) total = f32x4.add(total, v128.load(row + c * 4));
    let x =
      f32x4.extract_lane(total, 0) +
      f32x4.extract_lane(total, 1) +
      f32x4.extract_lane(total, 2) +
      f32x4.extract_lane(total, 3);
    for (; c < columns; c++) x += load<f32>(row + c * 4);
    store<f32>(out + r * 4, x);
  }
}
