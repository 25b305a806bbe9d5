/** ONNX files to tensor programs and back, nothing lost. @module */
export { ModelBuilder, type Value } from "./builder.ts";
export { ModelError } from "./error.ts";
export { expressible } from "./expressible.ts";
export type { OnnxModel } from "./model.ts";
export { openModel, type ReadOptions, readModel } from "./read.ts";
export { modelOf } from "./standalone.ts";
export { constantOf } from "./tensor.ts";
export {
  type ImageOptions,
  imageOf,
  type ModelImage,
  type WriteOptions,
  writeModel,
} from "./write.ts";
