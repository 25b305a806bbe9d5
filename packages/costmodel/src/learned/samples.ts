/** A program as a graph of operators with features. */
export interface Features {
  readonly nodes: number;
  /** The operator of each node, by its number in the vocabulary of the data. */
  readonly opcodes: Uint8Array;
  /** Numbers that describe each node, `width` of each, node by node. */
  readonly features: Float32Array;
  readonly width: number;
  /** Pairs of nodes, the consumer first. */
  readonly edges: Int32Array;
}

/** One program, measured in many configurations. */
export interface Samples {
  /** For messages: where it comes from. */
  readonly name: string;
  /** What the numbers mean. A model is only of use for samples of its own vocabulary. */
  readonly vocabulary: string;
  readonly graph: Features;
  /** The nodes that configurations are of; none where a configuration is of the program as a whole. */
  readonly configurable: Int32Array;
  /** Numbers a configurable node, or a program as a whole, in a configuration. */
  readonly configWidth: number;
  /** Configurations, one after another: `configWidth` numbers for each configurable node, or for the program. */
  readonly configs: Int8Array | Float32Array;
  /** What each was measured to take, in µs. */
  readonly times: Float64Array;
}

/** Numbers of one configuration. */
export function configLength({ configurable, configWidth }: Samples): number {
  return Math.max(1, configurable.length) * configWidth;
}

/** The samples of these numbers, in this order. */
export function select(samples: Samples, rows: ArrayLike<number>): Samples {
  const length = configLength(samples);
  const configs =
    samples.configs instanceof Int8Array
      ? new Int8Array(rows.length * length)
      : new Float32Array(rows.length * length);
  for (let i = 0; i < rows.length; i++) {
    const from = (rows[i] as number) * length;
    configs.set(samples.configs.subarray(from, from + length), i * length);
  }
  const times = Float64Array.from({ length: rows.length }, (_, i) => {
    return samples.times[rows[i] as number] as number;
  });
  return { ...samples, configs, times };
}

/** A text for each sample that is equal for equal configurations. */
export function configKeys(samples: Samples): string[] {
  const length = configLength(samples);
  const bytes = length * samples.configs.BYTES_PER_ELEMENT;
  const { buffer, byteOffset } = samples.configs;
  return Array.from({ length: samples.times.length }, (_, i) =>
    Buffer.from(buffer, byteOffset + i * bytes, bytes).toString("latin1"),
  );
}

/** Each configuration once, at its first place, with the mean of what it was measured to take. */
export function distinct(samples: Samples): Samples {
  const groups = new Map<string, number[]>();
  for (const [i, key] of configKeys(samples).entries()) {
    const group = groups.get(key);
    if (group) group.push(i);
    else groups.set(key, [i]);
  }
  const all = [...groups.values()];
  const mean = (group: readonly number[]): number =>
    group.reduce((sum, i) => sum + (samples.times[i] as number), 0) / group.length;
  return {
    ...select(
      samples,
      all.map(([first]) => first as number),
    ),
    times: Float64Array.from(all, mean),
  };
}
