import type { ArgId, OpId } from "./ids.ts";

/** Operators and arguments by number. They outlive restoring: their numbers may be kept by anyone. */
export class Symbols {
  private readonly names: string[] = [];
  private readonly byName = new Map<string, OpId>();
  private readonly values: unknown[] = [undefined];
  private readonly byKey = new Map<string, ArgId>();
  /** 1 where the order of an operator's children does not matter. */
  readonly commutative: number[] = [];

  operator(name: string, commutative: boolean | undefined): OpId {
    const known = this.byName.get(name);
    if (known !== undefined) {
      if (commutative !== undefined && commutative !== (this.commutative[known] === 1))
        throw new Error(
          `operator "${name}" is ${commutative ? "not " : ""}commutative already; declare it the same way everywhere`,
        );
      return known;
    }
    const op = this.names.push(name) - 1;
    this.byName.set(name, op);
    this.commutative.push(commutative ? 1 : 0);
    return op;
  }

  operatorName(op: OpId): string {
    const name = this.names[op];
    if (name === undefined) throw new RangeError(`there is no operator ${op}`);
    return name;
  }

  get operatorCount(): number {
    return this.names.length;
  }

  intern(key: string, value: unknown): ArgId {
    const known = this.byKey.get(key);
    if (known !== undefined) return known;
    const arg = this.values.push(value) - 1;
    this.byKey.set(key, arg);
    return arg;
  }

  argument(arg: ArgId): unknown {
    return this.values[arg];
  }

  /** A copy. */
  clone(): Symbols {
    const copy = new Symbols();
    copy.names.push(...this.names);
    copy.commutative.push(...this.commutative);
    for (const [name, op] of this.byName) copy.byName.set(name, op);
    copy.values.push(...this.values.slice(1));
    for (const [key, arg] of this.byKey) copy.byKey.set(key, arg);
    return copy;
  }
}
