import type { Elements } from "./kernels.ts";

/** What is fed, by name: elements row by row, row numbers for an index. */
export type Feeds = Readonly<Record<string, ArrayLike<number>>>;

/** Values that can be computed, wherever that is: a `Program` in memory of its own, or a model in a runtime. */
export interface Runnable {
  /** Whether the outputs depend on an input of that name. */
  has(name: string): boolean;
  /** The elements of an input: what is written there is what the next runs see. Throws a RangeError for a name that is none. */
  input(name: string): Elements | Int32Array;
  /** Computes the outputs; inputs that are not fed keep what they hold. */
  run(feeds?: Feeds): readonly Elements[] | Promise<readonly Elements[]>;
}
