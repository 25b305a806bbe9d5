import type { ArgId, Id, OpId } from "../ids.ts";
import type { ProofTerm } from "./proof.ts";
import type { Source } from "./source.ts";
import type { TermTable } from "./terms.ts";

/** A term that a proof comes through, and where it is at home in the graph. */
export type Point = IdPoint | NodePoint;

/** The term of an id. */
export interface IdPoint {
  readonly kind: "id";
  /** The id itself. */
  readonly home: Id;
  readonly number: number;
}

/** A term made of others. */
export interface NodePoint {
  readonly kind: "node";
  readonly op: OpId;
  readonly arg: ArgId;
  readonly children: readonly Point[];
  /** An id of the same operator and argument, its children being equal to these one by one in some order. */
  readonly home: Id;
  readonly number: number;
}

/** The operator, the argument and the children of a point. */
export interface Parts {
  readonly op: OpId;
  readonly arg: ArgId;
  readonly children: readonly Point[];
}

/** The points of proofs, equal ones being one object. */
export class Points {
  private readonly source: Source;
  private readonly terms: TermTable;
  private readonly ids = new Map<Id, IdPoint>();
  private readonly nodes = new Map<string, NodePoint>();
  private readonly termsOf = new Map<NodePoint, ProofTerm>();
  private count = 0;

  constructor(source: Source, terms: TermTable) {
    this.source = source;
    this.terms = terms;
  }

  /** The point of an id. */
  of(id: Id): IdPoint {
    let point = this.ids.get(id);
    if (!point) {
      point = { kind: "id", home: id, number: this.count++ };
      this.ids.set(id, point);
    }
    return point;
  }

  /** A point over others. */
  node(op: OpId, arg: ArgId, children: readonly Point[], home: Id): NodePoint {
    const key = `${home} ${op} ${arg} ${children.map((child) => child.number).join(" ")}`;
    let point = this.nodes.get(key);
    if (!point) {
      point = { kind: "node", op, arg, children, home, number: this.count++ };
      this.nodes.set(key, point);
      // Made while its parts are at hand: points may be as deep as terms.
      const parts = children.map((child) => this.term(child));
      this.termsOf.set(point, this.terms.make(op, arg, parts));
    }
    return point;
  }

  /** What a point is made of. */
  parts(point: Point): Parts {
    if (point.kind === "node") return point;
    const { source } = this;
    const children = source.children(point.home).map((id) => this.of(id));
    return { op: source.op(point.home), arg: source.arg(point.home), children };
  }

  /** The term of a point. */
  term(point: Point): ProofTerm {
    return point.kind === "id" ? this.terms.of(point.home) : (this.termsOf.get(point) as ProofTerm);
  }
}
