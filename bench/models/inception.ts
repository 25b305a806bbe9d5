import { ImageModel, type Maps } from "./image.ts";

/** The sizes of an Inception-v3. */
export interface InceptionOptions {
  /** Height and width of the image (default 299, as published; 75 at the least). */
  readonly size?: number;
  /** Share of the published channels (default 1). */
  readonly width?: number;
  readonly batch?: number;
  readonly classes?: number;
  readonly seed?: number;
}

/** Inception-v3 (Szegedy et al., "Rethinking the Inception Architecture", table 1), in the form of torchvision's `inception_v3` without its auxiliary head. */
export function inceptionV3(options: InceptionOptions = {}): Uint8Array {
  const { size = 299, width = 1, batch = 1, classes = 1000, seed = 1 } = options;
  const m = new ImageModel("inception-v3", { size, batch, seed });
  type How = Parameters<ImageModel["conv"]>[2];
  const conv = (x: Maps, to: number, how?: How): Maps =>
    m.convRelu(x, Math.max(1, Math.round(to * width)), how);
  /** The branch that pools, three wide and one apart, keeping the size. */
  const pooled = (x: Maps, to: number): Maps =>
    conv(
      m.each("AveragePool", x, {
        ...{ ceil_mode: 0, count_include_pad: 1, kernel_shape: [3, 3] },
        ...{ pads: [1, 1, 1, 1], strides: [1, 1] },
      }),
      to,
    );
  const row = { kernel: [1, 7], pad: [0, 3] } as const;
  const column = { kernel: [7, 1], pad: [3, 0] } as const;
  const square = { kernel: 3, pad: 1 } as const;

  const a = (x: Maps, pool: number): Maps =>
    m.concat(
      conv(x, 64),
      conv(conv(x, 48), 64, { kernel: 5, pad: 2 }),
      conv(conv(conv(x, 64), 96, square), 96, square),
      pooled(x, pool),
    );
  const b = (x: Maps): Maps =>
    m.concat(
      conv(x, 384, { kernel: 3, stride: 2 }),
      conv(conv(conv(x, 64), 96, square), 96, { kernel: 3, stride: 2 }),
      m.maxPool(x, 3, 2),
    );
  const c = (x: Maps, inner: number): Maps =>
    m.concat(
      conv(x, 192),
      conv(conv(conv(x, inner), inner, row), 192, column),
      conv(conv(conv(conv(conv(x, inner), inner, column), inner, row), inner, column), 192, row),
      pooled(x, 192),
    );
  const d = (x: Maps): Maps =>
    m.concat(
      conv(conv(x, 192), 320, { kernel: 3, stride: 2 }),
      conv(conv(conv(conv(x, 192), 192, row), 192, column), 192, { kernel: 3, stride: 2 }),
      m.maxPool(x, 3, 2),
    );
  const split = (x: Maps): Maps =>
    m.concat(
      conv(x, 384, { kernel: [1, 3], pad: [0, 1] }),
      conv(x, 384, { kernel: [3, 1], pad: [1, 0] }),
    );
  const e = (x: Maps): Maps =>
    m.concat(
      conv(x, 320),
      split(conv(x, 384)),
      split(conv(conv(x, 448), 384, square)),
      pooled(x, 192),
    );

  let x = conv(conv(conv(m.image, 32, { kernel: 3, stride: 2 }), 32, { kernel: 3 }), 64, square);
  x = conv(conv(m.maxPool(x, 3, 2), 80), 192, { kernel: 3 });
  x = m.maxPool(x, 3, 2);
  for (const pool of [32, 64, 64]) x = a(x, pool);
  x = b(x);
  for (const inner of [128, 160, 160, 192]) x = c(x, inner);
  return m.classified(e(e(d(x))), classes);
}
