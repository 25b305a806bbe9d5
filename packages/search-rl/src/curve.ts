/** Blocks of an eighth to the whole of a line's height. */
const BLOCKS = ["▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"];

/**
 * Numbers as a curve in text, the largest and smallest beside it.
 *
 * @param width of the curve in characters; neighbouring numbers are averaged where there are more
 * @param height in lines
 */
export function curve(numbers: readonly number[], width: number = 60, height: number = 4): string {
  if (numbers.length === 0) return "";
  const columns = Math.min(width, numbers.length);
  const means = Array.from({ length: columns }, (_, i) => {
    const from = Math.floor((i * numbers.length) / columns);
    const part = numbers.slice(from, Math.floor(((i + 1) * numbers.length) / columns));
    return part.reduce((a, b) => a + b, 0) / part.length;
  });
  const [low, high] = [Math.min(...means), Math.max(...means)];
  const steps = height * BLOCKS.length - 1;
  const levels = means.map((x) =>
    high > low ? Math.round(((x - low) / (high - low)) * steps) : 0,
  );
  const labels = [high, low].map((x) => x.toPrecision(3));
  const margin = Math.max(...labels.map(({ length }) => length));
  return Array.from({ length: height }, (_, line) => {
    const base = (height - 1 - line) * BLOCKS.length;
    const text = levels.map((level) =>
      level < base ? " " : BLOCKS[Math.min(BLOCKS.length - 1, level - base)],
    );
    const label = line === 0 ? labels[0] : line === height - 1 ? labels[1] : "";
    return `${(label ?? "").padStart(margin)} ${text.join("")}`.trimEnd();
  }).join("\n");
}
