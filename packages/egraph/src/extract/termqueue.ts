/** E-nodes with the cost and size of their terms, least (cost, size, e-node) first; an e-node may be in it more than once. */
export class TermQueue {
  size = 0;
  private nodes: Int32Array = new Int32Array(64);
  private costs: Float64Array = new Float64Array(64);
  private sizes: Float64Array = new Float64Array(64);

  push(node: number, cost: number, size: number): void {
    if (this.size === this.nodes.length) this.grow();
    const { nodes, costs, sizes } = this;
    let i = this.size++;
    while (i > 0) {
      const above = (i - 1) >> 1;
      if (!this.isAfter(above, node, cost, size)) break;
      this.move(above, i);
      i = above;
    }
    nodes[i] = node;
    costs[i] = cost;
    sizes[i] = size;
  }

  get node(): number {
    return this.nodes[0] as number;
  }

  get cost(): number {
    return this.costs[0] as number;
  }

  get terms(): number {
    return this.sizes[0] as number;
  }

  /** Removes the least. */
  pop(): void {
    const count = --this.size;
    if (count === 0) return;
    const { nodes, costs, sizes } = this;
    const node = nodes[count] as number;
    const cost = costs[count] as number;
    const size = sizes[count] as number;
    let i = 0;
    for (;;) {
      let below = 2 * i + 1;
      if (below >= count) break;
      if (
        below + 1 < count &&
        this.isAfter(
          below,
          nodes[below + 1] as number,
          costs[below + 1] as number,
          sizes[below + 1] as number,
        )
      )
        below++;
      if (this.isAfter(below, node, cost, size)) break;
      this.move(below, i);
      i = below;
    }
    nodes[i] = node;
    costs[i] = cost;
    sizes[i] = size;
  }

  private move(from: number, to: number): void {
    this.nodes[to] = this.nodes[from] as number;
    this.costs[to] = this.costs[from] as number;
    this.sizes[to] = this.sizes[from] as number;
  }

  private isAfter(i: number, node: number, cost: number, size: number): boolean {
    const own = this.costs[i] as number;
    if (own !== cost) return own > cost;
    const terms = this.sizes[i] as number;
    return terms === size ? (this.nodes[i] as number) > node : terms > size;
  }

  private grow(): void {
    const { nodes, costs, sizes } = this;
    this.nodes = new Int32Array(2 * nodes.length);
    this.costs = new Float64Array(2 * nodes.length);
    this.sizes = new Float64Array(2 * nodes.length);
    this.nodes.set(nodes);
    this.costs.set(costs);
    this.sizes.set(sizes);
  }
}
