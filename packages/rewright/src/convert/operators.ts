/**
 * Operators whose meaning is known by their names: what they are called in the rule language, and what they are in ONNX's operators.
 *
 * @module
 */

/** An operator that is known by its name. */
export interface Known {
  readonly name: string;
  /** The notation, over operands `a` and `b`. */
  readonly notation?: string;
  /** Its meaning, over operands `a` and `b`; without one, only its notation is known. */
  readonly meaning?: string;
  readonly field: "numbers" | "truths" | "tensors";
}

const numbers = (name: string, meaning: string, notation?: string): Known => ({
  name,
  meaning,
  field: "numbers",
  ...(notation !== undefined && { notation }),
});
const truths = (name: string, meaning: string): Known => ({ name, meaning, field: "truths" });

const add = numbers("add", "Add(a, b)", "a + b");
const sub = numbers("sub", "Sub(a, b)", "a - b");
const mul = numbers("mul", "Mul(a, b)", "a * b");
const div = numbers("div", "Div(a, b)", "a / b");
const pow = numbers("pow", "Pow(a, b)", "a ^ b");
const neg = numbers("neg", "Neg(a)", "-a");
const and = truths("and_", "And(a, b)");
const or = truths("or_", "Or(a, b)");
const not = truths("not_", "Not(a)");
const implies = truths("implies", "Or(Not(a), b)");
const xor = truths("xor", "Xor(a, b)");

/** By what they are called elsewhere, in lower case, and the number of their operands. */
const KNOWN: ReadonlyMap<string, Known> = new Map<string, Known>([
  ["+/2", add],
  ["add/2", add],
  ["plus/2", add],
  ["-/2", sub],
  ["sub/2", sub],
  ["minus/2", sub],
  ["*/2", mul],
  ["mul/2", mul],
  ["times/2", mul],
  ["//2", div],
  ["div/2", div],
  ["^/2", pow],
  ["**/2", pow],
  ["pow/2", pow],
  ["-/1", neg],
  ["neg/1", neg],
  ["ln/1", numbers("ln", "Log(a)")],
  ["log/1", numbers("log", "Log(a)")],
  ["exp/1", numbers("exp", "Exp(a)")],
  ["sqrt/1", numbers("sqrt", "Sqrt(a)")],
  ["sin/1", numbers("sin", "Sin(a)")],
  ["cos/1", numbers("cos", "Cos(a)")],
  ["tan/1", numbers("tan", "Tan(a)")],
  ["abs/1", numbers("abs", "Abs(a)")],
  ["fabs/1", numbers("fabs", "Abs(a)")],
  ["min/2", numbers("min", "Min(a, b)")],
  ["max/2", numbers("max", "Max(a, b)")],
  ["&/2", and],
  ["&&/2", and],
  ["and/2", and],
  ["|/2", or],
  ["||/2", or],
  ["or/2", or],
  ["~/1", not],
  ["!/1", not],
  ["not/1", not],
  ["->/2", implies],
  ["implies/2", implies],
  ["xor/2", xor],
  ["true/0", truths("true", 'Cast(1; to = "bool")')],
  ["false/0", truths("false", 'Cast(0; to = "bool")')],
  ["@/2", { name: "matmul", notation: "a @ b", field: "tensors" }],
]);

/** What is known of an operator of so many operands. */
export function knownOperator(name: string, operands: number): Known | undefined {
  return KNOWN.get(`${name.toLowerCase()}/${operands}`);
}
