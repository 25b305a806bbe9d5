/** The kernel: what the engine does in bulk, see `memory.ts`. */
export { apply } from "./action.ts";
export { add, lookup, seek } from "./add.ts";
export { climb, collect } from "./dirt.ts";
export { refill } from "./hashcons.ts";
export { relist } from "./lists.ts";
export { repair, subsume, tidy } from "./rebuild.ts";
export { search } from "./search.ts";
export { note, undo } from "./undo.ts";
export { find } from "./union-find.ts";
export { unite } from "./unite.ts";
