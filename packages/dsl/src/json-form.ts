/**
 * What stands in each node of the JSON form.
 *
 * @module
 */

/**
 * The type of a field: a leaf (`text`, `name`, `number`, `count`, `boolean`, `place`), a node or one of several (capital letter), a
 * literal in quotes. `[]`: a list of them; `?`: may be missing; `|`: one or the other.
 */
export type FieldType = string;

/** Nodes that may stand in the same place; they say in `kind` which they are. */
export const UNIONS: Readonly<Record<string, readonly string[]>> = {
  Declaration: ["import", "sort", "op", "rules", "schedule", "test", "check"],
  Expr: [
    ...["number", "string", "name", "list", "call", "unary", "binary", "transpose"],
    ...["field", "index", "slice"],
  ],
  String: ["string"],
  Number: ["number"],
  Type: ["type"],
  Alternative: ["string", "type"],
  Rule: ["rule"],
  Clause: ["when", "assuming", "where", "expanding", "subsume", "within", "tag"],
  AttrArg: ["attr", "rest"],
  Statement: ["prove", "refute", "reduce"],
};

const statement: Readonly<Record<string, FieldType>> = {
  expr: "Expr",
  to: "Expr?",
  bindings: "Binding[]",
  span: "place",
};
const condition: Readonly<Record<string, FieldType>> = { condition: "Expr", span: "place" };

/** The fields of each node. A node that says its kind in `kind` stands under that kind. */
export const NODES: Readonly<Record<string, Readonly<Record<string, FieldType>>>> = {
  import: { as: "Identifier?", names: "Identifier[]?", from: "String", span: "place" },
  sort: { name: "Identifier", doc: "text", span: "place" },
  op: {
    name: "Identifier",
    operands: "Operand[]",
    attrs: "Attribute[]",
    variadicResult: "boolean",
    result: "Type",
    definition: "Expr?",
    notation: '"literal"|Expr?',
    properties: "Identifier[]",
    cost: "Number?",
    doc: "text",
    span: "place",
  },
  rules: { name: "Identifier", tags: "Identifier[]", rules: "Rule[]", doc: "text", span: "place" },
  schedule: { name: "Identifier", steps: "Expr[]", span: "place" },
  test: {
    title: "text",
    given: "Given[]",
    using: "Identifier[]",
    statements: "Statement[]",
    span: "place",
  },
  check: { rulesets: "Identifier[]", span: "place" },

  rule: {
    label: "Identifier",
    left: "Arg[]",
    arrow: '"=>"|"<=>"|"~>"|"<~>"',
    arrowSpan: "place",
    right: "Arg[]",
    clauses: "Clause[]",
    doc: "text",
    span: "place",
  },
  when: condition,
  assuming: condition,
  where: { bindings: "Binding[]", span: "place" },
  expanding: { span: "place" },
  subsume: { span: "place" },
  within: { bound: "Number", span: "place" },
  tag: { name: "name", span: "place" },
  prove: statement,
  refute: statement,
  reduce: statement,

  number: { text: "number", span: "place" },
  string: { value: "text", span: "place" },
  name: { name: "name", span: "place" },
  list: { elements: "Arg[]", span: "place" },
  call: { callee: "Identifier", args: "Arg[]", attrs: "AttrArg[]", span: "place" },
  unary: { operator: '"-"|"not"', operand: "Expr", span: "place" },
  binary: {
    operator: '"+"|"-"|"*"|"/"|"@"|"^"|"=="|"!="|"<"|"<="|">"|">="|"and"|"or"',
    left: "Expr",
    right: "Expr",
    operatorSpan: "place",
    span: "place",
  },
  transpose: { operand: "Expr", span: "place" },
  field: { of: "Expr", field: "result", fieldSpan: "place", span: "place" },
  index: { of: "Expr", index: "Expr", span: "place" },
  slice: { of: "Expr", from: "Expr?", to: "Expr?", span: "place" },
  attr: { name: "Identifier", value: "Expr", span: "place" },
  rest: { name: "Identifier", span: "place" },
  type: { name: "Identifier", shape: "Arg[]?", span: "place" },

  Arg: { spread: "boolean", value: "Expr", span: "place" },
  Identifier: { name: "name", span: "place" },
  Operand: { name: "Identifier", variadic: "boolean", type: "Type", span: "place" },
  Attribute: { name: "Identifier", alternatives: "Alternative[]", default: "Expr?", span: "place" },
  Given: { name: "Identifier", type: "Type" },
  Binding: { name: "Identifier", params: "Identifier[]?", body: "Expr", span: "place" },
};
