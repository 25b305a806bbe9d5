// Edits as people make them, at any place of a rule file.
import { dice } from "../../tools/dice.ts";

/** A place in a text, and what is written over it. */
interface Edit {
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

/** Draws edits of a text. */
export class Edits {
  private readonly text: string;
  private readonly lines: readonly { readonly start: number; readonly text: string }[];
  private readonly draw: (bound: number) => number;

  constructor(text: string, seed: number) {
    this.text = text;
    this.draw = dice(seed);
    let start = 0;
    this.lines = text.split("\n").map((line) => {
      const own = { start, text: line };
      start += line.length + 1;
      return own;
    });
  }

  /** The kinds of edits, by name: each gives the text after one. */
  get kinds(): Readonly<Record<string, () => string>> {
    return {
      "a term typed into a rule": () => this.apply(this.behind(/^ {2}\w+:.*=>/, "=>", " Tanh(")),
      "a name changed in a rule": () => this.apply(this.behind(/^ {2}\w+:.*\(x/, "(", "y")),
      "a new rule": () => {
        const { start } = this.line(/^ {2}\w+:/);
        return this.apply({ start, end: start, text: "  fresh:  Tanh(Relu(x))  =>  Relu(x)\n" });
      },
      "a line deleted": () => {
        const { start, text } = this.line(/./);
        return this.apply({ start, end: start + text.length + 1, text: "" });
      },
      "an operand added to an `op`": () =>
        this.apply(this.behind(/^op .*\) ->/, "(", "q: Tensor, ")),
      "a brace opened in a rule": () => this.apply(this.behind(/^ {2}\w+:.*=>/, "=>", " {")),
      "a ruleset's brace deleted": () => {
        const { start } = this.line(/^}$/);
        return this.apply({ start, end: start + 1, text: "" });
      },
    };
  }

  /** A line that fits. */
  private line(fitting: RegExp): { readonly start: number; readonly text: string } {
    for (;;) {
      const line = this.lines[this.draw(this.lines.length)];
      if (line && fitting.test(line.text)) return line;
    }
  }

  private behind(fitting: RegExp, mark: string, text: string): Edit {
    const line = this.line(fitting);
    const at = line.start + line.text.indexOf(mark) + mark.length;
    return { start: at, end: at, text };
  }

  private apply({ start, end, text }: Edit): string {
    return this.text.slice(0, start) + text + this.text.slice(end);
  }
}
