/** A policy, a checkpoint or an observation that cannot be used: which, why, and what mends it. */
export class PolicyError extends Error {
  override readonly name = "PolicyError";
}
