import { ImageModel, type Maps } from "./image.ts";

/** The sizes of a ResNeXt. */
export interface ResnextOptions {
  /** Blocks of each stage (default those of ResNeXt-50). */
  readonly blocks?: readonly number[];
  /** Groups of the middle convolutions, and the channels of each in the first stage. */
  readonly groups?: number;
  readonly perGroup?: number;
  /** Height and width of the image. */
  readonly size?: number;
  readonly batch?: number;
  readonly classes?: number;
  readonly seed?: number;
}

/** ResNeXt-50 32x4d (Xie et al., "Aggregated Residual Transformations", table 1), in the form of torchvision's `resnext50_32x4d`. */
export function resnext50(options: ResnextOptions = {}): Uint8Array {
  const { blocks = [3, 4, 6, 3], groups = 32, perGroup = 4 } = options;
  const { size = 224, batch = 1, classes = 1000, seed = 1 } = options;
  const m = new ImageModel("resnext50", { size, batch, seed });
  const block = (x: Maps, inner: number, outer: number, stride: number): Maps => {
    const grouped = m.convRelu(m.convRelu(x, inner), inner, {
      ...{ kernel: 3, pad: 1, stride, group: groups },
    });
    const past = x.channels === outer && stride === 1 ? x : m.conv(x, outer, { stride });
    return m.relu(m.add(m.conv(grouped, outer), past));
  };
  let x = m.maxPool(m.convRelu(m.image, 64, { kernel: 7, stride: 2, pad: 3 }), 3, 2, 1);
  for (const [stage, count] of blocks.entries())
    for (let i = 0; i < count; i++)
      x = block(x, groups * perGroup * 2 ** stage, 256 * 2 ** stage, i === 0 && stage > 0 ? 2 : 1);
  return m.classified(x, classes);
}
