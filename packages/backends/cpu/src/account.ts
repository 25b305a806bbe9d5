/** What a node's time is made of, in nanoseconds. */
export interface Account {
  /** The code path that runs it: a position in `pathNames`. */
  path: number;
  /** Choosing and starting a kernel. */
  start: number;
  /** Arithmetic, and the memory that it waits for: the longer one counts. */
  arithmetic: number;
  traffic: number;
  /** What comes on top: packing an operand, copying patches. */
  extra: number;
}

/** An account to be written over: costs are asked a million times a second, and leave no garbage. */
export function account(): Account {
  return { path: 0, start: 0, arithmetic: 0, traffic: 0, extra: 0 };
}

/** The time of an account on a roofline, in nanoseconds. */
export function timeOf({ start, arithmetic, traffic, extra }: Account): number {
  return (arithmetic > traffic ? arithmetic : traffic) + extra + start;
}
