/** Models to try things on, built with seeded weights and sizes of your choice, and the parts to build others. @module */
export { type BertOptions, bert, bertClassifier, bertSizes } from "./bert.ts";
export { type ConvnetOptions, convnet } from "./convnet.ts";
export { type LoraOptions, lora } from "./lora.ts";
export { type NasrnnOptions, nasrnn } from "./nasrnn.ts";
export { randomised } from "./randomise.ts";
export { gelu, layerNorm, linear, type Site } from "./transformer.ts";
export { index, ints, scalar, weights } from "./weights.ts";
