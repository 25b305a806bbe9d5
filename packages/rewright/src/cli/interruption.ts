import { exitCodes } from "../errors.ts";

/** What a command hears of Ctrl-C, and of being asked to terminate. */
export interface Interruption {
  /** Aborted when the command is asked to end. */
  readonly signal: AbortSignal;
  /**
   * The command has ended. Who has asked once may ask again before the process is gone: that is still heard, so that it
   * ends with the code of an interruption rather than by the signal.
   */
  readonly end: () => void;
}

/** Hears interruptions from now on: the first aborts the signal, a second one ends the process at once. */
export function hearInterruption(): Interruption {
  const controller = new AbortController();
  const interrupt = (): void => {
    if (controller.signal.aborted) process.exit(exitCodes.interrupted);
    controller.abort();
  };
  const signals = ["SIGINT", "SIGTERM"] as const;
  for (const name of signals) process.on(name, interrupt);
  return {
    signal: controller.signal,
    end() {
      if (!controller.signal.aborted) for (const name of signals) process.off(name, interrupt);
    },
  };
}
