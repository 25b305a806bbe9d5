/** The TPU target: a systolic-array model of named parts. @module */
export { type TpuPart, type TpuPartName, tpuPart, tpuPartNames } from "./parts.ts";
export {
  type Placed,
  type TileCost,
  type TileKernel,
  type TileSizes,
  tileCost,
  tilesOf,
} from "./tiles.ts";
export { type TpuOptions, tpu } from "./tpu.ts";
