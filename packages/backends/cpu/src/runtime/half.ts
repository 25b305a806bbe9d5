const words: Uint32Array = new Uint32Array(1);
const real: Float32Array = new Float32Array(words.buffer);

/** The bits of the IEEE 754 binary16 number nearest to `value` (ties to even). */
export function toHalf(value: number): number {
  real[0] = value;
  const bits = words[0] as number;
  const sign = (bits >>> 16) & 0x8000;
  const exponent = (bits >>> 23) & 0xff;
  let mantissa = bits & 0x7fffff;
  if (exponent === 0xff) return sign | (mantissa === 0 ? 0x7c00 : 0x7e00);
  let half = exponent - 112;
  if (half >= 31) return sign | 0x7c00;
  let shift = 13;
  if (half <= 0) {
    if (half < -10) return sign;
    mantissa |= 0x800000;
    shift = 14 - half;
    half = 0;
  }
  const rest = mantissa & ((1 << shift) - 1);
  const middle = 1 << (shift - 1);
  const kept = (half << 10) | (mantissa >>> shift);
  // A carry out of the mantissa moves on into the exponent, up to infinity: that is what rounding means here.
  return sign | (kept + (rest > middle || (rest === middle && (kept & 1) === 1) ? 1 : 0));
}

/** The number that sixteen bits of IEEE 754 binary16 stand for. */
export function fromHalf(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >>> 10) & 31;
  const mantissa = bits & 1023;
  if (exponent === 31) return mantissa === 0 ? sign * Infinity : NaN;
  return sign * (exponent === 0 ? mantissa * 2 ** -24 : (1024 + mantissa) * 2 ** (exponent - 25));
}
