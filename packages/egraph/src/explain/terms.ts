import type { ArgId, Id, OpId } from "../ids.ts";
import type { Syntax } from "../term.ts";
import type { ProofTerm } from "./proof.ts";
import type { Source } from "./source.ts";

/** The terms of proofs, equal ones being one object. */
export class TermTable {
  private readonly source: Source;
  private readonly write: Syntax["write"];
  private readonly terms = new Map<string, ProofTerm>();
  private readonly numbers = new Map<ProofTerm, number>();
  /** What a term was made with; a spelling does not tell. */
  private readonly symbols: { op: OpId; arg: ArgId }[] = [];
  private readonly ofIds = new Map<Id, ProofTerm>();

  constructor(source: Source, write?: Syntax["write"]) {
    this.source = source;
    this.write = write;
  }

  /** The term with an operator, an argument and children. */
  make(op: OpId, arg: ArgId, children: readonly ProofTerm[]): ProofTerm {
    const key = `${op} ${arg} ${children.map((child) => this.numbers.get(child)).join(" ")}`;
    const known = this.terms.get(key);
    if (known) return known;
    const { source } = this;
    const spelt = arg === 0 ? undefined : this.write?.(op, arg);
    const term: ProofTerm =
      arg === 0 || spelt !== undefined
        ? { op: spelt ?? source.operatorName(op), children }
        : { op: source.operatorName(op), value: source.argument(arg), children };
    this.terms.set(key, term);
    this.numbers.set(term, this.symbols.push({ op, arg }) - 1);
    return term;
  }

  /** The same term with another child. */
  withChild(term: ProofTerm, i: number, child: ProofTerm): ProofTerm {
    return this.withChildren(term, term.children.with(i, child));
  }

  /** The same operator and argument over other children. */
  withChildren(term: ProofTerm, children: readonly ProofTerm[]): ProofTerm {
    const { op, arg } = this.symbols[this.numbers.get(term) as number] as { op: OpId; arg: ArgId };
    return this.make(op, arg, children);
  }

  /** The term that an id was created with. */
  of(id: Id): ProofTerm {
    const { source, ofIds } = this;
    const todo = [id];
    while (todo.length > 0) {
      const top = todo.at(-1) as Id;
      const children = source.children(top);
      const waiting = ofIds.has(top) ? [] : children.filter((child) => !ofIds.has(child));
      todo.push(...waiting);
      if (waiting.length > 0) continue;
      todo.pop();
      if (ofIds.has(top)) continue;
      const terms = children.map((child) => ofIds.get(child) as ProofTerm);
      ofIds.set(top, this.make(source.op(top), source.arg(top), terms));
    }
    return ofIds.get(id) as ProofTerm;
  }
}
