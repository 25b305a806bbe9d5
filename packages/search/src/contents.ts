import type { Attr, Graph, NdArray, Source } from "@rewright/plugin";

/** Tells programs apart by content: equal programs get equal keys, whatever the order of their nodes. */
export class Contents {
  /** Terms by their spelling over the numbers of their operands, as in a hash-consed tree. */
  readonly #terms = new Map<string, number>();

  /** The key of a program. Two programs have the same one exactly if their outputs are the same terms. */
  key(graph: Graph): string {
    const constants = graph.constants.map((constant) => this.#number(`c${constant.key}`));
    const nodes: number[] = [];
    const number = (source: Source | undefined): number => {
      if (!source) return -1;
      if (source.from === "constant") return constants[source.index] ?? -1;
      if (source.from === "input") return this.#number(`i${source.index}`);
      return this.#number(`r${nodes[source.index]}.${source.result}`);
    };
    for (const node of graph.nodes) {
      const meaning = node.opaque ?? spellAttrs(node.attrs);
      const inputs = node.inputs.map(number).join(",");
      nodes.push(this.#number(`n${node.op}/${node.results.length}(${inputs};${meaning})`));
    }
    return graph.outputs.map(({ source }) => number(source)).join(",");
  }

  #number(spelling: string): number {
    let number = this.#terms.get(spelling);
    if (number === undefined) {
      number = this.#terms.size;
      this.#terms.set(spelling, number);
    }
    return number;
  }
}

function spellAttrs(attrs: Readonly<Record<string, Attr>>): string {
  const names = Object.keys(attrs).sort();
  return names.map((name) => `${name}=${spell(attrs[name] as Attr)}`).join(",");
}

function spell(attr: Attr): string {
  if (typeof attr === "string") return JSON.stringify(attr);
  if (typeof attr === "bigint") return `${attr}n`;
  if (typeof attr !== "object") return Object.is(attr, -0) ? "-0" : String(attr);
  if (!isArray(attr)) return `[${attr.map(spell).join(",")}]`;
  return `${attr.dtype}[${attr.shape}]:${Array.from<unknown>(attr.data).map(String).join(",")}`;
}

function isArray(attr: NdArray | readonly Attr[]): attr is NdArray {
  return "dtype" in attr;
}
