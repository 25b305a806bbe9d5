import { EGraphError } from "./error.ts";
import type { ArgId, OpId } from "./ids.ts";

/** Operators and arguments by number. They outlive restoring: their numbers may be kept by anyone. */
export class Symbols {
  private names: string[] = [];
  private byName = new Map<string, OpId>();
  private values: unknown[] = [undefined];
  private byKey = new Map<string, ArgId>();
  /** 1 where the order of an operator's children does not matter. */
  commutative: number[] = [];

  operator(name: string, commutative: boolean | undefined): OpId {
    const known = this.byName.get(name);
    if (known !== undefined) {
      if (commutative !== undefined && commutative !== (this.commutative[known] === 1))
        throw new EGraphError(
          "option",
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
    if (name === undefined)
      throw new EGraphError(
        "id",
        `there is no operator ${op} in this graph; was it numbered by another one?`,
      );
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
    this.requireArgument(arg);
    return this.values[arg];
  }

  /** Throws an {@link EGraphError} `id` for an argument that is none. */
  requireArgument(arg: ArgId): void {
    if (!(arg >= 0 && arg < this.values.length) || arg !== (arg | 0))
      throw new EGraphError(
        "id",
        `there is no argument ${arg} in this graph; intern() makes them, for one graph each`,
      );
  }

  /** A copy. */
  clone(): Symbols {
    const copy = new Symbols();
    copy.names = this.names.slice();
    copy.commutative = this.commutative.slice();
    copy.byName = new Map(this.byName);
    copy.values = this.values.slice();
    copy.byKey = new Map(this.byKey);
    return copy;
  }
}
