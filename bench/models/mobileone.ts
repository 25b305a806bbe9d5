import { ImageModel, type Maps } from "./image.ts";

/** The sizes of a MobileOne. */
export interface MobileoneOptions {
  /** Blocks and channels of each stage after the first block (default those of MobileOne-S0). */
  readonly stages?: readonly (readonly [blocks: number, channels: number])[];
  /** Parallel convolutions of a block (default 4, as S0 has). */
  readonly branches?: number;
  /** Leave batch normalisation apart from the convolutions, as an export in training form does. */
  readonly apart?: boolean;
  /** Height and width of the image. */
  readonly size?: number;
  readonly batch?: number;
  readonly classes?: number;
  readonly seed?: number;
}

/**
 * MobileOne-S0 before its branches are merged (Vasu et al., "MobileOne", figure 3): each block sums a normalisation of its input, a 1x1 convolution of a
 * depthwise block, and several equal convolutions, in the order in which the published code sums them.
 */
export function mobileone(options: MobileoneOptions = {}): Uint8Array {
  const { size = 224, batch = 1, classes = 1000, seed = 1, branches = 4, apart = false } = options;
  const stages =
    options.stages ??
    ([
      [2, 48],
      [8, 128],
      [10, 256],
      [1, 1024],
    ] as const);
  const m = new ImageModel("mobileone", { size, batch, seed });
  type How = Parameters<ImageModel["conv"]>[2];
  const conv = (x: Maps, to: number, how: How): Maps =>
    apart ? m.norm(m.conv(x, to, how)) : m.conv(x, to, how);
  const block = (x: Maps, to: number, kernel: number, stride: number, group: number): Maps => {
    const how = { stride, group, gain: 1 / Math.sqrt(branches + 2) };
    const parts: Maps[] = [];
    if (kernel > 1) parts.push(conv(x, to, how));
    if (to === x.channels && stride === 1) parts.push(m.norm(x));
    const count = kernel > 1 && x.channels === 3 ? 1 : branches;
    for (let i = 0; i < count; i++)
      parts.push(conv(x, to, { ...how, kernel, pad: (kernel - 1) / 2 }));
    return m.relu(parts.reduce((sum, part) => m.add(sum, part)));
  };
  let x = block(m.image, stages[0]?.[1] ?? 48, 3, 2, 1);
  for (const [count, to] of stages)
    for (let i = 0; i < count; i++) {
      x = block(x, x.channels, 3, i === 0 ? 2 : 1, x.channels);
      x = block(x, to, 1, 1, 1);
    }
  return m.classified(x, classes);
}
