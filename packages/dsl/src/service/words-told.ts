/**
 * What the words and arrows of the language mean, for people.
 *
 * @module
 */

/** What begins a declaration. */
export const DECLARATIONS: ReadonlyMap<string, string> = new Map([
  ["import", "Brings in what a dialect, a rule file or a module declares."],
  ["sort", "Declares a sort of terms besides `Tensor`, `Int`, `Float`, `String` and `Bool`."],
  [
    "op",
    "Declares an operator: its operands and attributes with their types, and the type of its result.",
  ],
  ["rules", "A ruleset: rules that are selected, scheduled and checked together."],
  ["schedule", "Advice to strategies: which rulesets to apply first, and how often."],
  ["test", "Statements that the rules must be able to prove, refute or reduce."],
  ["check", "The rulesets that `rewright check` looks at."],
]);

/** What may follow the two sides of a rule. */
export const CLAUSES: ReadonlyMap<string, string> = new Map([
  [
    "when",
    "The rule applies where this is known to be true; what is unknown is looked at again when more is known.",
  ],
  [
    "assuming",
    "The rule applies unless this is known to be false, and results name the assumption.",
  ],
  ["where", "Abbreviations, on either side: substitution and nothing more."],
  ["expanding", "The left side may be a bare variable: the rule never has enough."],
  ["subsume", "What was matched is taken out of further matching, and of the result (`=>` only)."],
  ["within", "How much one application of `~>` may change the result."],
]);

/** What relates the two sides of a rule. */
export const ARROWS: ReadonlyMap<string, string> = new Map([
  [
    "=>",
    "The left side may be rewritten to the right one: both are equal wherever the left one is defined.",
  ],
  ["<=>", "Both sides are equal, and either may be rewritten to the other."],
  [
    "~>",
    "The left side may be rewritten to the right one, which is nearly equal: `within` says how nearly.",
  ],
  [
    "<~>",
    "Both sides are nearly equal, and either may be rewritten to the other: `within` says how nearly.",
  ],
]);

/** The words in a test. */
export const STATEMENTS: ReadonlyMap<string, string> = new Map([
  ["given", "The inputs that the statements speak of, with their types."],
  ["using", "The rulesets whose rules may be used."],
  ["prove", "The rules must find both sides equal."],
  ["refute", "The rules must not find both sides equal."],
  ["reduce", "The right side must be the cheapest form of the left one."],
]);

/** What may follow the result of an operator's declaration. */
export const PROPERTIES: ReadonlyMap<string, string> = new Map([
  [":=", "Defines the operator by operators already known."],
  ["as", "The token that stands for the operator, or `literal`: numbers are terms of its sort."],
  ["is", "A property: `is commutative`."],
  ["cost", "What the operator costs where a target has no cost of its own."],
]);

/** The words in conditions. */
export const CONNECTIVES: ReadonlyMap<string, string> = new Map([
  ["and", "True where both sides are; false where one is false, whatever the other."],
  ["or", "True where one side is, whatever the other; false where both are."],
  ["not", "True where its operand is false; unknown where that is unknown."],
]);

/** The sorts that every file knows. */
export const SORTS: ReadonlyMap<string, string> = new Map([
  [
    "Tensor",
    "An array of numbers, of any element type and, unless brackets say otherwise, any shape.",
  ],
  ["Int", "An integer; to the engine, a scalar `i64`."],
  ["Float", "A number; to the engine, a scalar `f64`."],
  ["String", "A string."],
  ["Bool", "A truth value."],
]);

/** What a word means, wherever it may stand. */
export function meaningOf(word: string): string | undefined {
  for (const words of [CLAUSES, ARROWS, DECLARATIONS, STATEMENTS, PROPERTIES, CONNECTIVES]) {
    const says = words.get(word);
    if (says !== undefined) return says;
  }
  return undefined;
}
