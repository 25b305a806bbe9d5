// The kernels of `simd()`, in AssemblyScript: `pnpm kernel` compiles them to WebAssembly. Addresses are in bytes, lengths
// and strides in elements of four bytes. `madd` is a fused multiply-add where the machine has one, see tools/build-simd.ts.

/** Depth and columns of the part of the second factor that is packed at a time: it stays in the second cache. */
const DEPTH: i32 = 256;
const WIDTH: i32 = 256;
/** Rows and columns of the tile of the result that registers hold: 12 sums, two vectors of the second factor, one of the first. */
const ROWS: i32 = 6;
const COLUMNS: i32 = 8;

/** Rows of the first factor that are packed at a time, where they have to be. */
const HEIGHT: i32 = 252;

/** Bytes that `matmul` needs at `work`: the packed parts, and a tile. */
export function workBytes(): i32 {
  return (DEPTH * WIDTH + HEIGHT * DEPTH + ROWS * COLUMNS) * 4;
}

/**
 * The product of an m x k matrix, whose element (r, c) is at `a` + r `ar` + c `ac`, and a k x n matrix, with strides `br` and
 * `bc`, row by row. The second is packed into panels of 8 columns, which are read in order; so are rows of the first
 * where its columns are not beside each other (Goto and van de Geijn, "Anatomy of high-performance matrix multiplication", 2008).
 */
export function matmul(
  a: i32, ar: i32, ac: i32, b: i32, br: i32, bc: i32, m: i32, k: i32, n: i32, out: i32, work: i32,
): void {
  const rows = work + DEPTH * WIDTH * 4;
  const tile = rows + HEIGHT * DEPTH * 4;
  for (let c = 0; c < n; c += WIDTH) {
    const width = min(WIDTH, n - c);
    for (let d = 0; d < k; d += DEPTH) {
      const depth = min(DEPTH, k - d);
      pack(b + (d * br + c * bc) * 4, br * 4, bc * 4, depth, width, work);
      for (let r = 0; r < m; r += HEIGHT) {
        const height = min(HEIGHT, m - r);
        const left = a + (r * ar + d * ac) * 4;
        const isPacked = ac != 1;
        if (isPacked) packRows(left, ar * 4, ac * 4, height, depth, rows);
        for (let i = 0; i < height; i += ROWS) {
          let from = left + i * ar * 4;
          let step = ar * 4;
          let next = 4;
          if (isPacked) from = rows + i * depth * 4;
          else if (height - i < ROWS) {
            packRows(from, ar * 4, 4, height - i, depth, rows);
            from = rows;
          }
          if (isPacked || height - i < ROWS) {
            step = 4;
            next = ROWS * 4;
          }
          const into = out + ((r + i) * n + c) * 4;
          for (let p = 0; p < width; p += COLUMNS) {
            const panel = work + p * depth * 4;
            if (height - i >= ROWS && p + COLUMNS <= width) six(from, step, next, panel, depth, into + p * 4, n * 4, d == 0);
            else {
              six(from, step, next, panel, depth, tile, COLUMNS * 4, true);
              put(tile, min(ROWS, height - i), min(COLUMNS, width - p), into + p * 4, n * 4, d == 0);
            }
          }
        }
      }
    }
  }
}

/** Panels of 8 columns, row by row, the last filled up with 0; strides in bytes. */
function pack(b: i32, br: i32, bc: i32, depth: i32, width: i32, to: i32): void {
  for (let p = 0; p < width; p += COLUMNS) {
    const columns = min(COLUMNS, width - p);
    let from = b + p * bc;
    if (columns == COLUMNS && bc == 4)
      for (let d = 0; d < depth; d++) {
        v128.store(to, v128.load(from));
        v128.store(to, v128.load(from, 16), 16);
        to += COLUMNS * 4;
        from += br;
      }
    else
      for (let d = 0; d < depth; d++) {
        for (let c = 0; c < COLUMNS; c++)
          store<f32>(to + c * 4, c < columns ? load<f32>(from + c * bc) : 0);
        to += COLUMNS * 4;
        from += br;
      }
  }
}

/** Panels of six rows, column by column, the last filled up with 0; strides in bytes. */
function packRows(a: i32, ar: i32, ac: i32, height: i32, depth: i32, to: i32): void {
  for (let d = 0; d < depth; d++) {
    let at = to + d * ROWS * 4;
    let from = a + d * ac;
    let r = 0;
    if (ar == 4)
      for (; r + ROWS <= height; r += ROWS) {
        v128.store(at, v128.load(from));
        store<i64>(at, load<i64>(from, 16), 16);
        at += depth * ROWS * 4;
        from += ROWS * 4;
      }
    for (; r < height; r += ROWS) {
      for (let i = 0; i < ROWS; i++) {
        store<f32>(at + i * 4, r + i < height ? load<f32>(from) : 0);
        from += ar;
      }
      at += depth * ROWS * 4;
    }
  }
}

/** A part of a tile as the result, or added to it; stride in bytes. */
function put(tile: i32, height: i32, columns: i32, out: i32, row: i32, isFirst: bool): void {
  for (let r = 0; r < height; r++)
    for (let c = 0; c < columns; c++) {
      const at = out + r * row + c * 4;
      const x = load<f32>(tile + (r * COLUMNS + c) * 4);
      store<f32>(at, isFirst ? x : x + load<f32>(at));
    }
}

/** A tile: six rows by a panel; strides in bytes. */
function six(a: i32, ar: i32, ac: i32, panel: i32, k: i32, out: i32, row: i32, isFirst: bool): void {
  let x0 = f32x4.splat(0);
  let y0 = x0;
  let x1 = f32x4.splat(0);
  let y1 = x1;
  let x2 = f32x4.splat(0);
  let y2 = x2;
  let x3 = f32x4.splat(0);
  let y3 = x3;
  let x4 = f32x4.splat(0);
  let y4 = x4;
  let x5 = f32x4.splat(0);
  let y5 = x5;
  if (!isFirst) {
    let o = out;
    x0 = v128.load(o);
    y0 = v128.load(o, 16);
    o += row;
    x1 = v128.load(o);
    y1 = v128.load(o, 16);
    o += row;
    x2 = v128.load(o);
    y2 = v128.load(o, 16);
    o += row;
    x3 = v128.load(o);
    y3 = v128.load(o, 16);
    o += row;
    x4 = v128.load(o);
    y4 = v128.load(o, 16);
    o += row;
    x5 = v128.load(o);
    y5 = v128.load(o, 16);
  }
  const ar2 = 2 * ar;
  const ar3 = 3 * ar;
  for (let end = panel + k * COLUMNS * 4; panel < end; panel += COLUMNS * 4) {
    const x = v128.load(panel);
    const y = v128.load(panel, 16);
    const q = a + ar3;
    let f = v128.load32_splat(a);
    x0 = madd(f, x, x0);
    y0 = madd(f, y, y0);
    f = v128.load32_splat(a + ar);
    x1 = madd(f, x, x1);
    y1 = madd(f, y, y1);
    f = v128.load32_splat(a + ar2);
    x2 = madd(f, x, x2);
    y2 = madd(f, y, y2);
    f = v128.load32_splat(q);
    x3 = madd(f, x, x3);
    y3 = madd(f, y, y3);
    f = v128.load32_splat(q + ar);
    x4 = madd(f, x, x4);
    y4 = madd(f, y, y4);
    f = v128.load32_splat(q + ar2);
    x5 = madd(f, x, x5);
    y5 = madd(f, y, y5);
    a += ac;
  }
  v128.store(out, x0);
  v128.store(out, y0, 16);
  out += row;
  v128.store(out, x1);
  v128.store(out, y1, 16);
  out += row;
  v128.store(out, x2);
  v128.store(out, y2, 16);
  out += row;
  v128.store(out, x3);
  v128.store(out, y3, 16);
  out += row;
  v128.store(out, x4);
  v128.store(out, y4, 16);
  out += row;
  v128.store(out, x5);
  v128.store(out, y5, 16);
}

/** What the pairs below compute; which one is known when they are compiled. */
@inline function apply(op: i32, a: v128, b: v128): v128 {
  if (op == 0) return f32x4.add(a, b);
  if (op == 1) return f32x4.sub(a, b);
  if (op == 2) return f32x4.mul(a, b);
  return f32x4.div(a, b);
}

@inline function applyOne(op: i32, a: f32, b: f32): f32 {
  if (op == 0) return a + b;
  if (op == 1) return a - b;
  if (op == 2) return a * b;
  return a / b;
}

/**
 * Two matrices element by element. `ar` and `br` are the strides of rows, 0 where one row stretches; `ac` and `bc` are 1, or 0 where one
 * column stretches.
 */
@inline function pair(op: i32, a: i32, ar: i32, ac: i32, b: i32, br: i32, bc: i32, out: i32, rows: i32, columns: i32): void {
  for (let r = 0; r < rows; r++) {
    let c = 0;
    if (ac != 0 && bc != 0) {
      for (; c + 4 <= columns; c += 4)
        v128.store(out + c * 4, apply(op, v128.load(a + c * 4), v128.load(b + c * 4)));
    } else if (ac != 0) {
      const y = v128.load32_splat(b);
      for (; c + 4 <= columns; c += 4) v128.store(out + c * 4, apply(op, v128.load(a + c * 4), y));
    } else if (bc != 0) {
      const x = v128.load32_splat(a);
      for (; c + 4 <= columns; c += 4) v128.store(out + c * 4, apply(op, x, v128.load(b + c * 4)));
    }
    for (; c < columns; c++)
      store<f32>(out + c * 4, applyOne(op, load<f32>(a + c * ac * 4), load<f32>(b + c * bc * 4)));
    a += ar * 4;
    b += br * 4;
    out += columns * 4;
  }
}

export function add(a: i32, ar: i32, ac: i32, b: i32, br: i32, bc: i32, out: i32, rows: i32, columns: i32): void {
  pair(0, a, ar, ac, b, br, bc, out, rows, columns);
}

export function subtract(a: i32, ar: i32, ac: i32, b: i32, br: i32, bc: i32, out: i32, rows: i32, columns: i32): void {
  pair(1, a, ar, ac, b, br, bc, out, rows, columns);
}

export function multiply(a: i32, ar: i32, ac: i32, b: i32, br: i32, bc: i32, out: i32, rows: i32, columns: i32): void {
  pair(2, a, ar, ac, b, br, bc, out, rows, columns);
}

export function divide(a: i32, ar: i32, ac: i32, b: i32, br: i32, bc: i32, out: i32, rows: i32, columns: i32): void {
  pair(3, a, ar, ac, b, br, bc, out, rows, columns);
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

/** One matrix that stretches: strides as in pairs. */
export function stretch(a: i32, ar: i32, ac: i32, out: i32, rows: i32, columns: i32): void {
  for (let r = 0; r < rows; r++) {
    if (ac != 0) memory.copy(out, a, columns * 4);
    else {
      const x = v128.load32_splat(a);
      let c = 0;
      for (; c + 4 <= columns; c += 4) v128.store(out + c * 4, x);
      for (; c < columns; c++) store<f32>(out + c * 4, load<f32>(a));
    }
    a += ar * 4;
    out += columns * 4;
  }
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

/** Adds to each sum the elements of its column. */
export function sumColumns(a: i32, rows: i32, columns: i32, out: i32): void {
  memory.fill(out, 0, columns * 4);
  for (let r = 0; r < rows; r++) {
    addRow(a, out, columns);
    a += columns * 4;
  }
}

@inline function addRow(x: i32, to: i32, columns: i32): void {
  let c = 0;
  for (; c + 4 <= columns; c += 4)
    v128.store(to + c * 4, f32x4.add(v128.load(to + c * 4), v128.load(x + c * 4)));
  for (; c < columns; c++) store<f32>(to + c * 4, load<f32>(to + c * 4) + load<f32>(x + c * 4));
}

/** Rows by number. Returns the first position whose number is out of range, or -1; so do the next two. */
export function gather(x: i32, rows: i32, at: i32, count: i32, columns: i32, out: i32): i32 {
  for (let i = 0; i < count; i++) {
    const row = load<i32>(at + i * 4);
    if (<u32>row >= <u32>rows) return i;
    memory.copy(out + i * columns * 4, x + row * columns * 4, columns * 4);
  }
  return -1;
}

/** Sums of rows by number. */
export function scatter(x: i32, at: i32, count: i32, columns: i32, out: i32, rows: i32): i32 {
  memory.fill(out, 0, rows * columns * 4);
  for (let i = 0; i < count; i++) {
    const row = load<i32>(at + i * 4);
    if (<u32>row >= <u32>rows) return i;
    addRow(x + i * columns * 4, out + row * columns * 4, columns);
  }
  return -1;
}

/** Both at once, row `from[i]` to row `to[i]`, times a weight each where `weights` is not 0. */
export function propagate(x: i32, given: i32, from: i32, to: i32, weights: i32, count: i32, columns: i32, out: i32, rows: i32): i32 {
  memory.fill(out, 0, rows * columns * 4);
  for (let i = 0; i < count; i++) {
    const source = load<i32>(from + i * 4);
    const target = load<i32>(to + i * 4);
    if (<u32>source >= <u32>given || <u32>target >= <u32>rows) return i;
    const a = x + source * columns * 4;
    const o = out + target * columns * 4;
    if (weights == 0) addRow(a, o, columns);
    else {
      const w = load<f32>(weights + i * 4);
      const f = f32x4.splat(w);
      let c = 0;
      for (; c + 4 <= columns; c += 4)
        v128.store(o + c * 4, madd(f, v128.load(a + c * 4), v128.load(o + c * 4)));
      for (; c < columns; c++) store<f32>(o + c * 4, w * load<f32>(a + c * 4) + load<f32>(o + c * 4));
    }
  }
  return -1;
}
