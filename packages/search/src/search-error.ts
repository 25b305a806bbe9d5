/** A search that went wrong, and who is to blame. What the session had found by then is kept. */
export class SearchError extends Error {
  /** Whose fault it is: "strategy `x`", "rule `y`", "cost model". */
  readonly blame: string;

  /** The message begins with whom it blames; `cause` is what was caught, if anything was. */
  constructor(blame: string, message: string, options?: ErrorOptions) {
    super(`${blame}: ${message}`, options);
    this.name = "SearchError";
    this.blame = blame;
  }
}

/** What a caught value says of itself. */
export function messageOf(caught: unknown): string {
  if (caught instanceof Error) return caught.message;
  return typeof caught === "string" ? caught : `threw ${kindOf(caught)}, and no Error`;
}

function kindOf(caught: unknown): string {
  if (caught === null || caught === undefined) return String(caught);
  return typeof caught === "object" ? "an object" : `a ${typeof caught}`;
}
