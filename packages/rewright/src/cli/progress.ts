import { clearLine, cursorTo } from "node:readline";
import type { WriteStream } from "node:tty";
import type { Progress } from "../options.ts";
import { count, number } from "./print.ts";

const words: Readonly<Record<Progress["phase"], string>> = {
  reading: "reading",
  searching: "searching",
  verifying: "verifying",
  timing: "timing",
  writing: "writing",
};

function line(p: Progress): string {
  const parts: string[] = [words[p.phase]];
  if (p.nodes !== undefined) parts.push(`${count(p.nodes)} e-nodes`);
  if (p.cost !== undefined) parts.push(`best ${number(p.cost)} ${p.unit ?? ""}`.trimEnd());
  if (p.of !== undefined) parts.push(`${p.done ?? 0} of ${p.of}`);
  return parts.join(" · ");
}

/** Shows progress: one line that changes on a terminal, a line for each new phase elsewhere. */
export interface ProgressLine {
  show(progress: Progress): void;
  /** Takes the line away. */
  end(): void;
}

/** Progress on a stream, standard error as a rule. */
export function progressLine(stream: WriteStream | NodeJS.WritableStream): ProgressLine {
  const terminal = "isTTY" in stream && stream.isTTY;
  let phase: string | undefined;
  return {
    show(progress) {
      if (terminal) {
        cursorTo(stream, 0);
        stream.write(line(progress).slice(0, Math.max(20, (stream as WriteStream).columns - 1)));
        clearLine(stream, 1);
      } else if (progress.phase !== phase) stream.write(`${words[progress.phase]}\n`);
      phase = progress.phase;
    },
    end() {
      if (!terminal || phase === undefined) return;
      cursorTo(stream, 0);
      clearLine(stream, 0);
      phase = undefined;
    },
  };
}
