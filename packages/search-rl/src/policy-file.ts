import { pack, unpack } from "./container.ts";
import { Policy, type PolicyDescription, weightsOf } from "./policy.ts";
import { PolicyError } from "./policy-error.ts";
import type { Computing } from "./programs.ts";

/** The version of the format and of the network's making. */
const VERSION = 1;

/** A policy as one self-describing file: a line, a header in JSON, the weights as 32-bit floats. */
export function writePolicy({ description, weights }: Policy): Uint8Array {
  const words = new Uint32Array(weights.slice().buffer);
  return pack("policy", VERSION, description, words);
}

/**
 * A policy from the bytes that {@link writePolicy} gave.
 *
 * @param name of the file, for messages
 * @throws PolicyError for a file that is something else, of another version, cut off or damaged
 */
export function readPolicy(
  bytes: Uint8Array,
  name: string = "the policy",
  computing: Computing = "simd",
): Policy {
  const { header, words } = unpack<PolicyDescription>("policy", VERSION, bytes, name);
  const { features, nodeWidth, moveWidth, architecture, training } = header;
  const description = { features, nodeWidth, moveWidth, architecture, training };
  const weights = new Float32Array(words.buffer);
  if (!weights.every(Number.isFinite))
    throw new PolicyError(`${name} holds weights that are no numbers: train anew`);
  if (
    !(nodeWidth > 0 && moveWidth > 0 && architecture && weightsOf(description) === weights.length)
  )
    throw new PolicyError(`${name} has a header that does not fit its weights: train anew`);
  return new Policy(description, weights, computing);
}

/**
 * Reads a policy from a file or a URL, in Node and in browsers.
 *
 * @throws PolicyError where it cannot be read, or is no policy
 */
export async function loadPolicy(
  from: string | URL,
  computing: Computing = "simd",
): Promise<Policy> {
  const name = String(from);
  let bytes: Uint8Array;
  try {
    bytes = /^https?:/.test(name)
      ? new Uint8Array(await (await fetched(name)).arrayBuffer())
      : await (await import("node:fs/promises")).readFile(from);
  } catch (error) {
    throw new PolicyError(
      `the policy ${name} cannot be read (${(error as Error).message}): name a file that training has written`,
    );
  }
  return readPolicy(bytes, name, computing);
}

async function fetched(url: string): Promise<Response> {
  const response = await fetch(url);
  if (!response.ok) throw new Error(`status ${response.status}`);
  return response;
}
