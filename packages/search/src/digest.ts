/**
 * A whole number below 2⁵³ for an application, from a code of its operator and the digests of its operands: in practice, equal ones mean equal terms (a chance of
 * one in 10⁹ that any two of four thousand terms are mixed up).
 */
export function digestOf(code: Code, operands: readonly number[]): number {
  let low = mix(code.low + 0x9e3779b9, code.high);
  let high = mix(code.high + 0x7f4a7c15, code.low);
  for (const operand of operands) {
    const upper = Math.floor(operand / 2 ** 32);
    low = mix(low + upper, operand);
    high = mix(high ^ low, upper + operand);
  }
  return (mix(high, low) & 0x1fffff) * 2 ** 32 + (mix(low, high) >>> 0);
}

/** Two words for a text, of which the same holds. */
export function codeOf(text: string): Code {
  let [low, high] = [text.length, ~text.length];
  for (let i = 0; i < text.length; i++) {
    low = mix(low, text.charCodeAt(i));
    high = mix(high ^ low, i);
  }
  return { low, high };
}

/** What stands for a text: an operator with its attributes, say. */
export interface Code {
  readonly low: number;
  readonly high: number;
}

/** Two words made one, all bits of which depend on all of theirs. */
function mix(a: number, b: number): number {
  let word = Math.imul((a ^ (a >>> 15)) + Math.imul(b, 0x9e3779b1), 0x85ebca6b);
  word = Math.imul(word ^ (word >>> 13) ^ b, 0xc2b2ae35);
  return word ^ (word >>> 16);
}
