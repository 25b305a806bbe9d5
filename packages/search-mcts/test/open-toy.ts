import type { Session } from "@rewright/plugin";
import { ToySession } from "../../search/test/toy-session.ts";
import { detour, distractions } from "./words.ts";

/** What the threads of the tests search. */
export default (seed: number): Session =>
  new ToySession("ab", [...distractions, ...detour], { words: 60, seed });
