import { elementBytes, extent } from "@rewright/costmodel";
import type { DType, TensorType } from "@rewright/plugin";

function roundUp(size: number, multiple: number): number {
  return Math.ceil(size / multiple) * multiple;
}

/**
 * The bytes of a tensor as it lies in memory: its last two dimensions in tiles of 8 × 128 elements of 32 bits; of narrower types,
 * as many more rows share a tile.
 */
export function paddedBytes(type: TensorType | undefined): number {
  if (type === undefined) return 0;
  const { shape } = type;
  const rank = shape.length;
  const width = elementBytes(type.dtype);
  if (rank === 0) return width;
  let size = roundUp(extent(shape[rank - 1]), 128);
  if (rank > 1) size *= roundUp(extent(shape[rank - 2]), sublanes(type.dtype));
  for (let i = 0; i < rank - 2; i++) size *= extent(shape[i]);
  return size * width;
}

/** Rows of a tile. */
function sublanes(dtype: DType): number {
  return (8 * 4) / Math.min(4, Math.max(1, elementBytes(dtype)));
}
