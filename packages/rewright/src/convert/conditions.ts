/**
 * Conditions that are functions or relations elsewhere, known by their names.
 *
 * @module
 */

/** A condition in the rule language. */
export interface KnownCondition {
  readonly kind: "when" | "assuming";
  /** Over the arguments `a` and `b`. */
  readonly text: string;
  readonly arguments: number;
}

const one = (kind: KnownCondition["kind"], text: string): KnownCondition => ({
  kind,
  text,
  arguments: 1,
});

// egg's tests ask whether a class is known not to hold: `assuming` applies unless the condition is known to be false.
const KNOWN: ReadonlyMap<string, KnownCondition> = new Map([
  ["is_not_zero", one("assuming", "a != 0")],
  ["is_nonzero", one("assuming", "a != 0")],
  ["is_zero", one("when", "a == 0")],
  ["is_not_one", one("assuming", "a != 1")],
  ["is_positive", one("assuming", "a > 0")],
  ["is_negative", one("assuming", "a < 0")],
  ["is_not_negative", one("assuming", "a >= 0")],
  ["is_nonnegative", one("assuming", "a >= 0")],
  ["is_const", one("when", "constant(a)")],
  ["is_constant", one("when", "constant(a)")],
  ["is_sym", one("when", "symbol(a)")],
  ["is_symbol", one("when", "symbol(a)")],
  ["is_var", one("when", "symbol(a)")],
  ["is_not_same_var", { kind: "when", text: "name(a) != name(b)", arguments: 2 }],
  [
    "is_const_or_distinct_var",
    { kind: "when", text: "constant(a) or name(a) != name(b)", arguments: 2 },
  ],
]);

/** The condition that a function of this name stands for; a path before the name does not matter. */
export function knownCondition(name: string): KnownCondition | undefined {
  return KNOWN.get((name.split("::").at(-1) ?? "").toLowerCase().replace(/-/g, "_"));
}
