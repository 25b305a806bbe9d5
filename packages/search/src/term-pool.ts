import type { Term } from "egraph-ts";

/** The number of a term in its pool. */
export type TermId = number;

/** Terms, each kept once: equal terms have equal numbers, and operands smaller ones than what they are operands of. */
export class TermPool {
  readonly #numbers = new Map<string, TermId>();
  readonly #symbols = new Map<string, number>();
  readonly #names: string[] = [];
  readonly #symbol: number[] = [];
  readonly #operands: (readonly TermId[])[] = [];
  /** The cost of the tree. */
  readonly #costs: number[] = [];
  readonly #cost: (operator: string) => number;

  constructor(cost: (operator: string) => number) {
    this.#cost = cost;
  }

  /** The number of an operator's name. */
  symbol(name: string): number {
    let symbol = this.#symbols.get(name);
    if (symbol === undefined) {
      symbol = this.#names.push(name) - 1;
      this.#symbols.set(name, symbol);
    }
    return symbol;
  }

  /** The term of this operator on these operands. */
  make(symbol: number, operands: readonly TermId[]): TermId {
    const key = `${symbol} ${operands.join(" ")}`;
    const known = this.#numbers.get(key);
    if (known !== undefined) return known;
    const number = this.#symbol.push(symbol) - 1;
    this.#operands.push(operands);
    let cost = this.#cost(this.#names[symbol] as string);
    for (const operand of operands) cost += this.#costs[operand] as number;
    this.#costs.push(cost);
    this.#numbers.set(key, number);
    return number;
  }

  name(term: TermId): string {
    return this.#names[this.#symbol[term] as number] as string;
  }

  symbolOf(term: TermId): number {
    return this.#symbol[term] as number;
  }

  operands(term: TermId): readonly TermId[] {
    return this.#operands[term] as readonly TermId[];
  }

  cost(term: TermId): number {
    return this.#costs[term] as number;
  }

  /** A term's distinct parts, operands first; what `isLeaf` holds of is not gone into. */
  parts(root: TermId, isLeaf?: ReadonlySet<TermId>): TermId[] {
    const order: TermId[] = [];
    const seen = new Set<TermId>();
    const todo = [root];
    while (todo.length > 0) {
      const term = todo.at(-1) as TermId;
      if (seen.has(term)) {
        todo.pop();
        continue;
      }
      const waiting = isLeaf?.has(term) ? [] : this.operands(term).filter((o) => !seen.has(o));
      if (waiting.length > 0) {
        for (let i = waiting.length - 1; i >= 0; i--) todo.push(waiting[i] as TermId);
        continue;
      }
      todo.pop();
      seen.add(term);
      order.push(term);
    }
    return order;
  }

  /** The term with one of its parts replaced wherever it occurs. */
  replace(root: TermId, part: TermId, by: TermId): TermId {
    if (part === by) return root;
    const made = new Map<TermId, TermId>([[part, by]]);
    for (const term of this.parts(root, new Set([part]))) {
      if (term === part) continue;
      const operands = this.operands(term);
      const replaced = operands.map((operand) => made.get(operand) as TermId);
      const isSame = operands.every((operand, i) => operand === replaced[i]);
      made.set(term, isSame ? term : this.make(this.symbolOf(term), replaced));
    }
    return made.get(root) as TermId;
  }

  /** The number of a term read elsewhere. */
  read(term: Term): TermId {
    const made = new Map<Term, TermId>();
    const todo: Term[] = [term];
    while (todo.length > 0) {
      const top = todo.at(-1) as Term;
      if ("variable" in top)
        throw new Error(`a term to improve has no variables; this one has ${top.variable}`);
      const waiting = top.children.filter((child) => !made.has(child));
      if (waiting.length > 0) todo.push(...waiting);
      else {
        todo.pop();
        made.set(
          top,
          this.make(
            this.symbol(top.op),
            top.children.map((child) => made.get(child) as TermId),
          ),
        );
      }
    }
    return made.get(term) as TermId;
  }

  /** The term as a tree whose equal parts are shared. */
  write(root: TermId): Term {
    const made = new Map<TermId, Term>();
    for (const term of this.parts(root))
      made.set(term, {
        op: this.name(term),
        children: this.operands(term).map((operand) => made.get(operand) as Term),
      });
    return made.get(root) as Term;
  }
}
