import { EGraphError } from "./error.ts";
import { JsonReader, show } from "./json.ts";

/** A file in the format of egraph-serialize: e-nodes by number, in the order of the text. */
export interface SerialFile {
  /** What the file calls each e-node. */
  readonly names: readonly string[];
  readonly ops: readonly string[];
  /** The class of each e-node, by number. */
  readonly classOf: readonly number[];
  /** The classes of the children of each e-node. */
  readonly children: readonly (readonly number[])[];
  readonly costs: readonly number[];
  readonly subsumed: readonly boolean[];
  /** What the file calls each class, in the order of their first e-nodes. */
  readonly classes: readonly string[];
  /** The classes that it is about. */
  readonly roots: readonly number[];
  readonly classData: ReadonlyMap<string, Readonly<Record<string, string>>>;
}

/** What a file may hold. */
export interface FileLimits {
  /** E-nodes; 1,000,000 unless said. */
  readonly nodes?: number;
  /** Characters; 2²⁸ unless said. */
  readonly characters?: number;
}

/**
 * Reads a file and resolves its names. Fields that the format does not know are skipped. Throws an
 * {@link EGraphError}: `limit` before more is read than may be, `format` for everything that is wrong, with
 * the place.
 */
export function readSerialFile(text: string, limits: FileLimits): SerialFile {
  const characters = limit(limits, "characters", 2 ** 28);
  if (text.length > characters)
    throw new EGraphError(
      "limit",
      `the text has ${text.length} characters, and ${characters} are the limit; raise limits.characters`,
    );
  return new FileReader(text, limit(limits, "nodes", 1_000_000)).read();
}

function limit(limits: FileLimits, name: "nodes" | "characters", usual: number): number {
  const value = limits[name] ?? usual;
  if (!(Number.isInteger(value) && value > 0))
    throw new EGraphError("option", `limits.${name} is an integer above 0, not ${value}`);
  return value;
}

class FileReader {
  private readonly json: JsonReader;
  private readonly maxNodes: number;
  private readonly names: string[] = [];
  private readonly ops: string[] = [];
  private readonly classOf: number[] = [];
  private readonly childNames: (readonly string[])[] = [];
  private readonly costs: number[] = [];
  private readonly subsumed: boolean[] = [];
  private readonly classes = new Map<string, number>();
  private readonly classData = new Map<string, Readonly<Record<string, string>>>();
  private rootNames: readonly string[] = [];

  constructor(text: string, maxNodes: number) {
    this.json = new JsonReader(text);
    this.maxNodes = maxNodes;
  }

  read(): SerialFile {
    const { json } = this;
    let hasNodes = false;
    json.object((key) => {
      if (key === "nodes") {
        hasNodes = true;
        json.object((name) => this.node(name));
      } else if (key === "root_eclasses") this.rootNames = json.strings();
      else if (key === "class_data") json.object((name) => this.data(name));
      else json.skip();
    });
    json.end();
    if (!hasNodes) throw new EGraphError("format", 'the file has no "nodes"');
    return this.resolve();
  }

  private node(name: string): void {
    const { json, classes } = this;
    if (this.names.length === this.maxNodes)
      throw new EGraphError(
        "limit",
        `the file has more than ${this.maxNodes} e-nodes, the limit; raise limits.nodes`,
      );
    let op: string | undefined;
    let eclass: string | undefined;
    let children: readonly string[] = [];
    let cost = 1;
    let subsumed = false;
    json.object((key) => {
      if (key === "op") op = json.string();
      else if (key === "eclass") eclass = json.string();
      else if (key === "children") children = json.strings();
      else if (key === "cost") cost = this.cost();
      else if (key === "subsumed") subsumed = json.boolean();
      else json.skip();
    });
    if (op === undefined) throw json.fault('this e-node has no "op"');
    if (eclass === undefined) throw json.fault('this e-node has no "eclass"');
    let number = classes.get(eclass);
    if (number === undefined) {
      number = classes.size;
      classes.set(eclass, number);
    }
    this.names.push(name);
    this.ops.push(op);
    this.classOf.push(number);
    this.childNames.push(children);
    this.costs.push(cost);
    this.subsumed.push(subsumed);
  }

  private cost(): number {
    const cost = this.json.number();
    if (!(cost >= 0 && cost < Number.POSITIVE_INFINITY))
      throw this.json.fault(`costs are finite and ≥ 0, not ${cost}`);
    return cost;
  }

  private data(name: string): void {
    const { json } = this;
    const data: [string, string][] = [];
    json.object((key) => {
      const value = json.stringOrNull();
      if (value !== undefined) data.push([key, value]);
    });
    // Unlike assignment, this makes a key `__proto__` one like any other.
    this.classData.set(name, Object.fromEntries(data));
  }

  private resolve(): SerialFile {
    const { names, classes, classOf } = this;
    const numbers = new Map(names.map((name, i) => [name, i]));
    const children = this.childNames.map((childNames, i) =>
      childNames.map((child) => {
        const number = numbers.get(child);
        if (number === undefined)
          throw new EGraphError(
            "format",
            `the e-node ${show(names[i] as string)} has the child ${show(child)}, which is no e-node of the file`,
          );
        return classOf[number] as number;
      }),
    );
    const roots = this.rootNames.map((name) => {
      const number = classes.get(name);
      if (number === undefined)
        throw new EGraphError(
          "format",
          `root_eclasses names ${show(name)}, but no e-node of the file is in that class`,
        );
      return number;
    });
    const { ops, costs, subsumed, classData } = this;
    return {
      names,
      ops,
      classOf,
      children,
      costs,
      subsumed,
      classes: [...classes.keys()],
      roots,
      classData,
    };
  }
}
