/** The list of what each of ONNX's node tests comes to. */
import type { Examination } from "./examination.ts";

/** The file that holds it. */
export interface Listed {
  readonly onnx: string;
  /** What the letters mean. */
  readonly letters: string;
  readonly tests: Readonly<Record<string, string>>;
}

/** A test's three letters. */
export function letters({ runs, modelled, faults }: Examination): string {
  return `${runs}${modelled}${faults.length === 0 ? "P" : "-"}`;
}

/** What a letter is worth at each place. */
const WORTH = ["-DR", "-TS", "-P"];

/** The letters of the list that are no longer there, or are worth less now. */
export function lost(before = "---", now: string): string {
  const worth = (said: string, i: number): number => WORTH[i]?.indexOf(said[i] ?? "-") ?? 0;
  return [...before].filter((_, i) => worth(before, i) > worth(now, i)).join("");
}
