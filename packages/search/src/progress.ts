/** What a run is doing at the moment. For people: it says nothing that results depend on. */
export interface Progress {
  readonly phase: "searching" | "applying" | "extracting";
  /** The rule at work, while rules are searched for and applied. */
  readonly rule?: string;
  readonly nodes: number;
  readonly classes: number;
  readonly iterations: number;
  /** The best program's so far. */
  readonly cost: number;
  /** Since the run began. */
  readonly ms: number;
}

const INTERVAL_MS = 100;

/** Passes on at most ten reports a second. */
export class Reporter {
  readonly #listener: ((progress: Progress) => void) | undefined;
  #next = 0;

  constructor(listener: ((progress: Progress) => void) | undefined) {
    this.#listener = listener;
  }

  /** Reports, if somebody listens and it is time again; `describe` is called only then. */
  report(ms: number, describe: () => Progress): void {
    if (!this.#listener || ms < this.#next) return;
    this.#next = ms + INTERVAL_MS;
    this.#listener(describe());
  }
}
