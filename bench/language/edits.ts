// Edits as people make them, at any place of a rule file.

/** A place in a text, and what is written over it. */
interface Edit {
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

/** Numbers below a bound, each sequence the same for the same seed (Mulberry32). */
function dice(seed: number): (bound: number) => number {
  let state = seed >>> 0;
  return (bound) => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) % bound;
  };
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
