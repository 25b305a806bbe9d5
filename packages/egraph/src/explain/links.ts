import type { Id } from "../ids.ts";
import type { Rule } from "../rule.ts";
import type { Application } from "./application.ts";
import type { Bridges } from "./bridge.ts";
import type { Equations } from "./equations.ts";
import { type Hop, turned } from "./hop.ts";
import { Instance } from "./instance.ts";
import { Matching } from "./matching.ts";
import type { Source } from "./source.ts";

/** What a graph holds besides the applications that were recorded: rules that match now. */
export interface Alternatives {
  readonly rules: readonly Rule[];
  /** The application of a rule to a row. */
  application(rule: Rule, row: Int32Array): Application;
}

/** That there is a hop between two ids of a class. */
export interface Link {
  readonly from: Id;
  readonly to: Id;
  hop(): Hop | undefined;
}

/** Links of one class that are looked for at most: those found later are rarely on a shortest way. */
const MOST = 20_000;

/** After all equations. */
const NOW = Number.POSITIVE_INFINITY;

/** The links within each class: equations, congruent terms, and applications that the graph would allow now. */
export class Links {
  private readonly source: Source;
  private readonly bridges: Bridges;
  private readonly equations: Equations;
  private readonly alternatives: Alternatives | undefined;
  private readonly matching: Matching;
  private readonly classes = new Map<Id, Map<Id, Link[]>>();
  private equationsOf: Map<Id, number[]> | undefined;

  constructor(
    source: Source,
    bridges: Bridges,
    equations: Equations,
    alternatives: Alternatives | undefined,
  ) {
    this.source = source;
    this.bridges = bridges;
    this.equations = equations;
    this.alternatives = alternatives;
    this.matching = new Matching(source);
  }

  /** The links that begin at an id. */
  from(id: Id): readonly Link[] {
    const root = this.source.find(id);
    let links = this.classes.get(root);
    if (!links) {
      links = this.collect(root);
      this.classes.set(root, links);
    }
    return links.get(id) ?? [];
  }

  private collect(root: Id): Map<Id, Link[]> {
    const links = new Map<Id, Link[]>();
    let count = 0;
    const put = (link: Link): void => {
      const list = links.get(link.from);
      if (list) list.push(link);
      else links.set(link.from, [link]);
    };
    const add: Add = (from, to, hop) => {
      if (from === to) return;
      put({ from, to, hop });
      const back = (): Hop | undefined => {
        const there = hop();
        return there && turned(there);
      };
      put({ from: to, to: from, hop: back });
      count++;
    };
    this.addEquations(root, add);
    this.addCongruences(root, add);
    if (this.alternatives) this.addApplications(root, this.alternatives, add, () => count < MOST);
    return links;
  }

  private addEquations(root: Id, add: Add): void {
    const { forest } = this.source;
    if (!this.equationsOf) {
      const numbers = Array.from({ length: forest.length }, (_, e) => e);
      this.equationsOf = Map.groupBy(numbers, (e) => this.source.find(forest.from(e)));
    }
    for (const e of this.equationsOf.get(root) ?? [])
      add(forest.from(e), forest.to(e), () => this.equations.hop(e));
  }

  /** Links terms that are congruent now to the first of them. */
  private addCongruences(root: Id, add: Add): void {
    for (const [first, ...others] of this.bridges.congruent(root))
      for (const from of others) {
        const to = first as Id;
        add(from, to, () => {
          const bridge = this.bridges.congruence(from, to, NOW);
          return { kind: "congruent", from, to, bridge };
        });
      }
  }

  private addApplications(
    root: Id,
    alternatives: Alternatives,
    add: Add,
    goOn: () => boolean,
  ): void {
    const { source, matching } = this;
    const nodes = source.nodes(root);
    const live = new Set(nodes);
    for (const rule of alternatives.rules) {
      const [pattern] = rule.left;
      if (pattern?.kind !== "node" || rule.left.length > 1) continue;
      if (typeof rule.right === "function" || rule.condition || rule.right.length > 1) continue;
      for (const node of nodes) {
        if (!goOn()) return;
        if (source.op(node) === pattern.op)
          matching.at(node, pattern, rule.slots, (row) => {
            row[rule.rootSlots[0] as number] = node;
            if ((rule.guards ?? []).every((guard) => guard.test(row, 0)))
              this.addApplication(node, live, alternatives.application(rule, row.slice()), add);
            row[rule.rootSlots[0] as number] = -1;
            return goOn();
          });
      }
    }
  }

  private addApplication(
    node: Id,
    live: ReadonlySet<Id>,
    application: Application,
    add: Add,
  ): void {
    const { bridges, source } = this;
    const instance = new Instance(application, 0, node, node);
    const { left, right } = instance;
    const alike = right.kind === "id" ? [right.id] : bridges.nodes(right, NOW);
    const to = alike.find((id) => live.has(id)) ?? alike[0];
    if (to === undefined || source.find(to) !== source.find(node) || left.kind !== "node") return;
    add(node, to, () => {
      const near = bridges.over(node, node, left, NOW);
      const far = bridges.find(to, right, NOW);
      if (!near || !far) return undefined;
      return { kind: "rule", from: node, to, instance, forward: true, near, far };
    });
  }
}

type Add = (from: Id, to: Id, hop: () => Hop | undefined) => void;
