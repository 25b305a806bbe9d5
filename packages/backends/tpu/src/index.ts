/** The TPU target: a systolic-array model of named parts. @module */
export { type TpuPartName, tpuPartNames } from "./parts.ts";
export { type TpuOptions, tpu } from "./tpu.ts";
