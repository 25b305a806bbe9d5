import { ImageModel, type Maps } from "./image.ts";

/** The sizes of a MobileNet-v2. */
export interface MobilenetOptions {
  /** Height and width of the image. */
  readonly size?: number;
  readonly batch?: number;
  readonly classes?: number;
  readonly seed?: number;
}

/** Expansion, channels, blocks and first stride of each stage (Sandler et al., "MobileNetV2", table 2). */
export const mobilenetStages = [
  [1, 16, 1, 1],
  [6, 24, 2, 2],
  [6, 32, 3, 2],
  [6, 64, 4, 2],
  [6, 96, 3, 1],
  [6, 160, 3, 2],
  [6, 320, 1, 1],
] as const;

/** MobileNet-v2, in the form of torchvision's `mobilenet_v2`. */
export function mobilenetV2(options: MobilenetOptions = {}): Uint8Array {
  const { size = 224, batch = 1, classes = 1000, seed = 1 } = options;
  const m = new ImageModel("mobilenet-v2", { size, batch, seed });
  const block = (x: Maps, expansion: number, to: number, stride: number): Maps => {
    const inner = x.channels * expansion;
    const wide = expansion === 1 ? x : m.relu6(m.conv(x, inner));
    const deep = m.relu6(m.conv(wide, inner, { kernel: 3, pad: 1, stride, group: inner }));
    const narrow = m.conv(deep, to);
    return stride === 1 && x.channels === to ? m.add(x, narrow) : narrow;
  };
  let x = m.relu6(m.conv(m.image, 32, { kernel: 3, stride: 2, pad: 1 }));
  for (const [expansion, to, count, stride] of mobilenetStages)
    for (let i = 0; i < count; i++) x = block(x, expansion, to, i === 0 ? stride : 1);
  return m.classified(m.relu6(m.conv(x, 1280)), classes);
}
