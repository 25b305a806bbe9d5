/**
 * A typed e-graph over dialects: every class knows its type and, where small and constant, its contents.
 *
 * @module
 */

import type {
  Attrs,
  Constant,
  Dialect,
  NdArray,
  NodeView,
  OpDef,
  TensorType,
} from "@rewright/plugin";
import { type ArgId, EGraph, type Id, type NodeId, type OpId } from "egraph-ts";
import { attrsKey, axisRank, canonicalAttrs } from "./attributes.ts";
import { contentsKey, knownElements, SMALL } from "./contents.ts";
import { bare, type Facts, FactsTable } from "./facts.ts";
import { type Application, type Operation, Semantics } from "./semantics.ts";

/** The argument of an input's node. */
export interface InputArgument {
  readonly index: number;
  readonly name: string;
  readonly type: TensorType;
}

/** An application to add: what it is, apart from its operands. */
export interface NewNode {
  readonly op: string;
  /** May be incomplete: defaults are filled in. */
  readonly attrs: Attrs;
  /** One type per result; believed where inference knows less, and their number is how many results there are. */
  readonly results: readonly TensorType[];
  readonly opaque?: string | undefined;
}

/**
 * An e-graph whose nodes are a dialect's operators. An application with one result is a node; one with n ≠ 1 results is a
 * node `Name#n` whose class is a tuple, and its results are nodes `.0`, `.1`, … over it. Inputs, constants and the absent
 * operand are leaves.
 */
export class Terms {
  readonly egraph: EGraph<Facts>;
  /** The facts there are; grows only. */
  readonly table: FactsTable = new FactsTable();
  readonly #semantics = new Semantics(this.table);
  readonly #definitions = new Map<string, OpDef>();
  readonly #operations: (Operation | undefined)[] = [];
  readonly #byName = new Map<string, Operation>();
  /** The operators that have been applied. */
  readonly #applied = new Set<string>();
  readonly #input: Operation;
  /** What stands for an operand that is left out. */
  readonly absence: Operation;
  /** The operator of constants. */
  readonly constants: Operation;
  /** The arguments of small constants, by the number of their contents. */
  readonly #literals: ArgId[] = [];
  #hints: readonly TensorType[] | undefined;
  /** The rule applied last, for messages about contradictions. */
  blame: string | undefined;
  #impure = 0;

  /** `proofs`: keep what `egraph.reasons` needs (on unless said). Throws when two dialects define one operator differently. */
  constructor(dialects: readonly Dialect[], options: { readonly proofs?: boolean } = {}) {
    for (const dialect of dialects) {
      for (const [name, def] of Object.entries(dialect.ops)) {
        if ((this.#definitions.get(name) ?? def) !== def) {
          throw new Error(
            `operator ${name} of dialect ${dialect.name} is already defined otherwise`,
          );
        }
        this.#definitions.set(name, def);
      }
    }
    this.egraph = new EGraph<Facts>({
      proofs: options.proofs ?? true,
      analysis: {
        make: (_graph, node) => this.#make(node),
        join: (a, b) => this.#join(a, b),
        modify: (_graph, id) => this.#modify(id),
      },
    });
    this.#input = this.#operation("input", "input", 1);
    this.constants = this.#operation("constant", "constant", 1);
    this.absence = this.#operation("absent", "absent", 0);
  }

  // ── Adding ─────────────────────────────────────────────────────────────────

  /** The program's input number `index`. */
  input(index: number, name: string, type: TensorType): Id {
    const argument: InputArgument = { index, name, type: bare(type) };
    return this.#leaf(this.#input, `input:${index}`, argument);
  }

  /** A constant; equal keys (for at most 4,096 elements: equal contents) give the same class, whose key is the first one given. */
  constant(constant: Constant): Id {
    if ((knownElements(constant.type.shape) ?? SMALL + 1) > SMALL) {
      return this.#leaf(this.constants, `constant:${constant.key}`, constant);
    }
    return this.#small(constant.load(), constant.key);
  }

  /** A constant made by a rule, of at most 4,096 elements. The same class as a file's constant with these contents. */
  literal(value: NdArray): Id {
    return this.#small(value, undefined);
  }

  #small(value: NdArray, key: string | undefined): Id {
    const contents = this.table.contents(value);
    const id = this.table.contentsId(contents);
    let literal = this.#literals[id];
    if (literal === undefined) {
      literal = this.egraph.intern(`contents:${id}`, new Literal(contents, key));
      this.#literals[id] = literal;
    }
    return this.egraph.add(this.constants.id, literal, []);
  }

  /** The operand that is left out. */
  absent(): Id {
    return this.egraph.add(this.absence.id, 0, []);
  }

  /** Adds an application. Trailing absent operands are dropped. Returns one class per result. */
  apply(node: NewNode, operands: readonly (Id | undefined)[]): Id[] {
    let arity = operands.length;
    while (arity > 0 && operands[arity - 1] === undefined) arity--;
    const children = operands.slice(0, arity).map((id) => id ?? this.absent());
    const count = node.results.length;
    if (node.opaque !== undefined) {
      const operation = this.#operation("apply", node.op, count, `!${node.op}`);
      const argument: Application = { attrs: node.attrs, opaque: node.opaque };
      const arg = this.egraph.intern(`opaque:${node.opaque}`, argument);
      return this.#add(operation, arg, children, node.results);
    }
    const operation = this.operation(node.op, count);
    const facts = children.map((id) => this.facts(id));
    return this.#add(
      operation,
      this.argument(operation, node.attrs, facts),
      children,
      node.results,
    );
  }

  /**
   * Adds an application whose argument is interned already, and returns its class: that of a tuple unless it has one
   * result. Absent operands are the absent class.
   */
  add(operation: Operation, arg: ArgId, children: readonly Id[]): Id {
    const id = this.egraph.add(operation.id, this.#distinct(operation, arg), children);
    this.#equateFirst(operation, arg, children, id);
    return id;
  }

  /**
   * Adds what an e-node is, applied to other operands, and returns its class. It is believed to yield what the e-node's class does: of an
   * operator that is not modelled nothing else is known.
   */
  again(node: NodeId, children: readonly Id[]): Id {
    const { egraph } = this;
    const operation = this.operationOf(egraph.op(node));
    const arg = egraph.arg(node);
    if (operation.kind === "apply") this.#hints = this.facts(egraph.class(node)).types;
    const id = egraph.add(operation.id, arg, children);
    this.#hints = undefined;
    this.#equateFirst(operation, arg, children, id);
    return id;
  }

  #add(
    operation: Operation,
    arg: ArgId,
    children: readonly Id[],
    hints: readonly TensorType[],
  ): Id[] {
    this.#hints = hints;
    const id = this.egraph.add(operation.id, arg, children);
    this.#hints = undefined;
    if (operation.count === 1) return [id];
    this.#equateFirst(operation, arg, children, id);
    return hints.map((_, index) => this.egraph.add(this.result(index).id, 0, [id]));
  }

  /**
   * Where an operator has optional further results, its first result is that of the plain application: so patterns that
   * ask for one result find those with several.
   */
  #equateFirst(operation: Operation, arg: ArgId, children: readonly Id[], tuple: Id): void {
    const { def, count, name } = operation;
    if (count < 2 || !def || def.impure || (def.results ?? 1) !== 1) return;
    const plain = this.egraph.add(this.operation(name, 1).id, arg, children);
    this.egraph.union(this.egraph.add(this.result(0).id, 0, [tuple]), plain);
  }

  #leaf(operation: Operation, key: string, argument: unknown): Id {
    return this.egraph.add(operation.id, this.egraph.intern(key, argument), []);
  }

  // ── Vocabulary ─────────────────────────────────────────────────────────────

  /** The operator `name` with `count` results. Patterns and graphs that say the same get the same one. */
  operation(name: string, count: number): Operation {
    return this.#operation("apply", name, count);
  }

  /** The projection to result `index`. */
  result(index: number): Operation {
    return this.#operation("result", `.${index}`, index);
  }

  /** What stands behind an operator of the engine. */
  operationOf(op: OpId): Operation {
    const operation = this.#operations[op];
    if (!operation) throw new Error(`operator ${this.egraph.operatorName(op)} is not this graph's`);
    return operation;
  }

  /** Whether the operator `name` has ever been applied here as a modelled one; it may have been undone since. */
  occurs(name: string): boolean {
    return this.#applied.has(name);
  }

  /** The operators known by now that apply `name`, with whatever number of results. */
  operationsNamed(name: string): Operation[] {
    const all = this.#operations.filter((operation) => operation !== undefined);
    return all.filter((operation) => operation.def !== undefined && operation.name === name);
  }

  #operation(kind: Operation["kind"], name: string, count: number, as: string = name): Operation {
    const key =
      kind === "apply" && count !== 1 ? `${as}#${count}` : kind === "apply" ? as : `(${as})`;
    let operation = this.#byName.get(key);
    if (operation === undefined) {
      const def = kind === "apply" && as === name ? this.#definitions.get(name) : undefined;
      const id = this.egraph.operator(key, { commutative: def?.commutative === true });
      operation = { id, kind, name, def, count };
      this.#operations[id] = operation;
      this.#byName.set(key, operation);
    }
    return operation;
  }

  /** Interns attributes, in canonical form, as an argument for applications to operands of which `operands` is known. */
  argument(operation: Operation, attrs: Attrs, operands: readonly Facts[]): ArgId {
    const rank = axisRank(operands.map((facts) => facts.types[0]));
    const canonical = operation.def ? canonicalAttrs(attrs, operation.def, rank) : attrs;
    return this.#distinct(operation, this.internAttrs(canonical));
  }

  /** Interns attributes that are in canonical form. */
  internAttrs(canonical: Attrs): ArgId {
    const key = attrsKey(canonical);
    const application: Application = { attrs: canonical };
    return key === ""
      ? this.egraph.intern("attrs", application)
      : this.egraph.intern(key, application);
  }

  /** An impure application is like no other: its argument gets a number. */
  #distinct(operation: Operation, arg: ArgId): ArgId {
    if (!operation.def?.impure) return arg;
    const application = this.application(arg);
    return this.egraph.intern(`impure:${this.#impure++}`, { ...application });
  }

  /** The attributes behind an interned argument of an application. */
  application(arg: ArgId): Application {
    return this.egraph.argument(arg) as Application;
  }

  /**
   * What an e-node is apart from its operands, as text: the same in every e-graph for what means the same. Only impure applications, which are
   * like no other, are numbered as they came.
   */
  signature(node: NodeId): string {
    const { egraph } = this;
    const { kind, name, count, def } = this.operationOf(egraph.op(node));
    const arg = egraph.arg(node);
    const operator = `${kind} ${name}#${count}`;
    if (kind === "input") return `${operator} ${(egraph.argument(arg) as InputArgument).index}`;
    if (kind === "constant") {
      const constant = egraph.argument(arg) as Constant;
      const isLiteral = constant instanceof Literal;
      return `${operator} ${isLiteral ? contentsKey(constant.contents) : constant.key}`;
    }
    if (kind !== "apply") return operator;
    const { attrs, opaque } = this.application(arg);
    if (opaque !== undefined) return `${operator} !${opaque}`;
    return `${operator} ${attrsKey(attrs)}${def?.impure ? arg : ""}`;
  }

  // ── Facts ──────────────────────────────────────────────────────────────────

  /** What is known of a class. */
  facts(id: Id): Facts {
    return this.egraph.data(id);
  }

  /** What would be known of an application, without adding it; `undefined` when it is ill-shaped. */
  predict(operation: Operation, arg: ArgId, operands: readonly Facts[]): Facts | undefined {
    return this.#semantics.apply(operation, arg, this.application(arg), operands);
  }

  /** Whether an application is well-shaped whatever the sizes with names stand for, as far as that can be told. */
  fitsEverySize(operation: Operation, arg: ArgId, operands: readonly Facts[]): boolean {
    return this.#semantics.fitsEverySize(operation, arg, this.application(arg), operands);
  }

  #make(node: NodeId): Facts {
    const { egraph, table } = this;
    const operation = this.operationOf(egraph.op(node));
    const argument = egraph.argument(egraph.arg(node));
    switch (operation.kind) {
      case "absent":
        return table.absent;
      case "input":
        return table.intern(
          [(argument as InputArgument).type],
          false,
          undefined,
          (argument as InputArgument).name,
        );
      case "constant": {
        const constant = argument as Constant;
        if (!(constant instanceof Literal)) return table.intern([constant.type], true);
        constant.facts ??= table.intern([constant.type], true, [constant.contents]);
        return constant.facts;
      }
      case "result":
        return table.project(egraph.data(egraph.child(node, 0)), operation.count);
    }
    if (operation.def) this.#applied.add(operation.name);
    const operands: Facts[] = [];
    const arity = egraph.arity(node);
    for (let i = 0; i < arity; i++) operands.push(egraph.data(egraph.child(node, i)));
    const found = this.#semantics.apply(
      operation,
      egraph.arg(node),
      argument as Application,
      operands,
    );
    const unknown = (): Facts =>
      table.intern(Array(operation.count).fill(table.types.unknown), false);
    const facts = found ?? unknown();
    return this.#hints ? table.refine(facts, this.#hints) : facts;
  }

  #join(a: Facts, b: Facts): Facts {
    try {
      return this.table.join(a, b);
    } catch (cause) {
      const message = cause instanceof Error ? cause.message : String(cause);
      const rule = this.blame === undefined ? "" : `; the rule applied last is ${this.blame}`;
      throw new Error(`contradiction in the e-graph: ${message}${rule}`, { cause });
    }
  }

  #modify(id: Id): void {
    const { contents } = this.facts(id);
    if (contents) this.egraph.union(id, this.literal(contents));
  }

  /** A node as cost models and writers see it; `undefined` for inputs, constants, the absent operand and projections. */
  view(node: NodeId): NodeView | undefined {
    const { egraph } = this;
    const operation = this.operationOf(egraph.op(node));
    if (operation.kind !== "apply") return undefined;
    const { attrs, opaque } = this.application(egraph.arg(node));
    const operands = egraph.children(node).map((id) => this.facts(id).operand);
    const results = this.facts(egraph.class(node)).types;
    const view = { op: operation.name, attrs, operands, results };
    return opaque === undefined ? view : { ...view, opaque };
  }
}

/** A constant whose contents are looked into. */
class Literal implements Constant {
  readonly type: TensorType;
  readonly contents: NdArray;
  /** What is known of its class, once that has been asked for. */
  facts: Facts | undefined;
  #key: string | undefined;

  constructor(contents: NdArray, key: string | undefined) {
    this.type = { dtype: contents.dtype, shape: contents.shape };
    this.contents = contents;
    this.#key = key;
  }

  get key(): string {
    this.#key ??= contentsKey(this.contents);
    return this.#key;
  }

  load(): NdArray {
    return this.contents;
  }
}
