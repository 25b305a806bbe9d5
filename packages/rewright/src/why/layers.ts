import type { PricedNode } from "./graph-cost.ts";

/**
 * Nodes in rows, each below all that it takes results from, and in a row near these: layers by longest path, order by the mean
 * position of the operands (Sugiyama, Tagawa and Toda 1981, one sweep down).
 */
export function layersOf(nodes: readonly PricedNode[]): readonly (readonly PricedNode[])[] {
  const depth = new Int32Array(nodes.length);
  const position = new Float64Array(nodes.length);
  const layers: PricedNode[][] = [];
  for (const node of nodes) {
    let own = 0;
    for (const from of node.from) own = Math.max(own, (depth[from] as number) + 1);
    depth[node.index] = own;
    const layer = layers[own] ?? [];
    layers[own] = layer;
    layer.push(node);
  }
  for (const layer of layers) {
    const mean = new Map(
      layer.map(({ index, from }) => {
        const sum = from.reduce((total, one) => total + (position[one] as number), 0);
        return [index, from.length === 0 ? 0 : sum / from.length];
      }),
    );
    layer.sort((a, b) => (mean.get(a.index) as number) - (mean.get(b.index) as number));
    layer.forEach(({ index }, i) => {
      position[index] = (i + 0.5) / layer.length;
    });
  }
  return layers;
}
