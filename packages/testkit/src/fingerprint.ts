/** A value as text, equal for equal contents: numbers tell -0 and NaN apart, arrays of numbers tell their kind. */
export function fingerprint(value: unknown): string {
  const seen = new Set<object>();
  const write = (part: unknown): string => {
    switch (typeof part) {
      case "number":
        return Object.is(part, -0) ? "-0" : String(part);
      case "string":
        return JSON.stringify(part);
      case "bigint":
        return `${part}n`;
      case "function":
        return "function";
      case "object":
        break;
      default:
        return String(part);
    }
    if (part === null) return "null";
    if (seen.has(part)) return "again";
    if (ArrayBuffer.isView(part)) {
      const items = Array.from(part as unknown as ArrayLike<unknown>, write);
      return `${part.constructor.name}(${items.join()})`;
    }
    if (Array.isArray(part)) return `[${part.map(write).join()}]`;
    seen.add(part);
    const entries = Object.entries(part).map(([key, item]) => `${key}:${write(item)}`);
    seen.delete(part);
    return `{${entries.sort().join()}}`;
  };
  return write(value);
}
