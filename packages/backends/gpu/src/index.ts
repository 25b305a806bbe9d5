/** The GPU target: an analytic model of named parts. @module */
export { type GpuOptions, gpu } from "./gpu.ts";
export { type GpuPartName, gpuPartNames } from "./parts.ts";
