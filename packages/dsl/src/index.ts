export { BoundRule, bindRule } from "./bind/rule.ts";
export { builtins } from "./functions.ts";
export type { Facts } from "./terms/facts.ts";
export { loadGraph } from "./terms/load.ts";
export { readGraph } from "./terms/read.ts";
export type { Application, Operation } from "./terms/semantics.ts";
export { type InputArgument, type NewNode, Terms } from "./terms/terms.ts";
export { type InternedType, showType } from "./terms/types.ts";
