import type { Session } from "@rewright/plugin";
import open from "./open-toy.ts";

/** A session in whose midst its thread ends. */
export default (seed: number): Session => {
  const session = open(seed);
  const apply = session.apply.bind(session);
  let left = 20;
  session.apply = (moves) => (left-- > 0 ? apply(moves) : process.exit(3));
  return session;
};
