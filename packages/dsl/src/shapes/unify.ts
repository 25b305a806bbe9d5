/**
 * Shapes with unknown sizes, and what must be the same for two of them to be one: first-order unification, with names for any
 * number of sizes (at most one of them open in a shape; where there are more, nothing is concluded).
 *
 * @module
 */

/** A size: a number, or an unknown one. */
export type Size = number | { readonly size: number };

/** A part of a shape: a size, or any number of them. */
export type Item = Size | { readonly rest: number };

/** A shape, as far as it is known. */
export type Shape = readonly Item[];

/** Two shapes that cannot be one. */
export class Mismatch extends Error {
  override readonly name = "Mismatch";
}

/** An equation between sizes, or between lists of them, that was not known before. */
export interface Equation {
  readonly left: Item;
  readonly right: Shape;
}

/** What is known of the unknowns. */
export class Unifier {
  private next = 0;
  private readonly sizes = new Map<number, Size>();
  private readonly rests = new Map<number, Shape>();
  /** Unknowns that stand for themselves, besides those frozen: what binds them is an equation. */
  private readonly rigid = new Set<number>();
  readonly equations: Equation[] = [];
  /** What was known when the unknowns were frozen. */
  private frozen: {
    /** How many unknowns there were. */
    readonly count: number;
    readonly sizes: ReadonlyMap<number, Size>;
    readonly rests: ReadonlyMap<number, Shape>;
  } = { count: 0, sizes: new Map(), rests: new Map() };
  /** What the open ends that stood for themselves turned out to be. */
  private readonly opened = new Map<number, Shape>();

  /** A size of which nothing is known. */
  size(): Size {
    return { size: this.next++ };
  }

  /** Any number of sizes of which nothing is known. */
  rest(): Item {
    return { rest: this.next++ };
  }

  /** From now on the unknowns there are stand for themselves. */
  freeze(): void {
    this.frozen = { count: this.next, sizes: new Map(this.sizes), rests: new Map(this.rests) };
  }

  /** A shape with all that is known of it filled in. */
  resolve(shape: Shape): Shape {
    return resolved(shape, this.sizes, this.rests);
  }

  /** A shape with all that was known of it when the unknowns were frozen. */
  before(shape: Shape): Shape {
    return resolved(shape, this.frozen.sizes, this.frozen.rests);
  }

  /** The same, with the sizes of which open ends turned out to consist. */
  spelt(shape: Shape): Shape {
    return resolved(shape, this.frozen.sizes, new Map([...this.frozen.rests, ...this.opened]));
  }

  /** Makes two shapes one. Throws a Mismatch where they cannot be. */
  unify(a: Shape, b: Shape): void {
    let [x, y] = [this.resolve(a), this.resolve(b)];
    const least = Math.min(x.length, y.length);
    let start = 0;
    while (start < least && this.pair(x[start] as Item, y[start] as Item)) start++;
    let rest = 0;
    while (rest < least - start && this.pair(x.at(-1 - rest) as Item, y.at(-1 - rest) as Item))
      rest++;
    if (x.length === y.length && start + rest === least) return;
    // In pairs sizes may have become known.
    x = this.resolve(x.slice(start, x.length - rest));
    y = this.resolve(y.slice(start, y.length - rest));
    const [long, short] = x.length === 0 ? [y, x] : [x, y];
    if (short.length === 0) {
      if (!long.every(isRest)) throw new Mismatch();
      for (const item of long) this.bind(item, []);
      return;
    }
    const open = [x, y].find((shape) => shape.length === 1 && isRest(shape[0] as Item));
    if (!open) return; // several open ends: nothing can be said
    const other = open === x ? y : x;
    const [end] = open as [Item];
    if (other.some((item) => isRest(item) && same(item, end))) throw new Mismatch();
    this.bind(end, other);
  }

  /** Makes two items one where both are sizes, or the same rest; whether they were. */
  private pair(a: Item, b: Item): boolean {
    if (isRest(a) || isRest(b)) return isRest(a) && isRest(b) && same(a, b);
    const [x, y] = [this.find(a as Size), this.find(b as Size)];
    if (typeof x === "number" && typeof y === "number") {
      if (x !== y) throw new Mismatch();
      return true;
    }
    if (typeof x !== "number" && typeof y !== "number" && x.size === y.size) return true;
    // What is not rigid gives way.
    const [from, to] = typeof x === "number" || this.isRigid(x) ? [y, x] : [x, y];
    if (typeof from === "number") this.bindSize(to as { size: number }, from);
    else this.bindSize(from, to);
    return true;
  }

  private bindSize(from: { readonly size: number }, to: Size): void {
    if (this.isRigid(from)) this.equations.push({ left: from, right: [to] });
    this.sizes.set(from.size, to);
  }

  private bind(from: Item, to: Shape): void {
    const rest = from as { readonly rest: number };
    const [only] = to;
    if (this.isRigid(from)) {
      // One open end that is not rigid may give way instead.
      if (to.length === 1 && only !== undefined && isRest(only) && !this.isRigid(only)) {
        this.rests.set((only as { rest: number }).rest, [from]);
        return;
      }
      this.open(rest, to);
      return;
    }
    this.rests.set(rest.rest, to);
  }

  /** An open end that stands for itself turns out to be so many sizes: these stand for themselves, too. */
  private open({ rest }: { readonly rest: number }, to: Shape): void {
    this.equations.push({ left: { rest }, right: to });
    const own = to.map((item) => (isRest(item) || !this.isRigid(item) ? item : this.size()));
    this.opened.set(rest, own);
    this.rests.set(rest, own);
    for (const [i, item] of own.entries()) {
      if (typeof item === "number" || !("size" in item)) continue;
      this.rigid.add(item.size);
      if (item !== to[i]) this.bindSize(item, to[i] as Size);
    }
  }

  private isRigid(item: Item): boolean {
    if (typeof item === "number") return true;
    const unknown = "size" in item ? item.size : item.rest;
    return unknown < this.frozen.count || this.rigid.has(unknown);
  }

  private find(size: Size): Size {
    return found(size, this.sizes);
  }
}

function resolved(
  shape: Shape,
  sizes: ReadonlyMap<number, Size>,
  rests: ReadonlyMap<number, Shape>,
): Shape {
  const items: Item[] = [];
  for (const item of shape) {
    if (typeof item === "number") items.push(item);
    else if (!("rest" in item)) items.push(found(item, sizes));
    else {
      const known = rests.get(item.rest);
      if (known) for (const own of resolved(known, sizes, rests)) items.push(own);
      else items.push(item);
    }
  }
  return items;
}

function found(size: Size, sizes: ReadonlyMap<number, Size>): Size {
  let last = size;
  while (typeof last !== "number") {
    const known: Size | undefined = sizes.get(last.size);
    if (known === undefined) return last;
    last = known;
  }
  return last;
}

function isRest(item: Item): boolean {
  return typeof item !== "number" && "rest" in item;
}

function same(a: Item, b: Item): boolean {
  return (a as { rest: number }).rest === (b as { rest: number }).rest;
}
