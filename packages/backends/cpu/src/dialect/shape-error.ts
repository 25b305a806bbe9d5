/** An application whose operands do not fit each other. Hosts know it by its name. */
export class ShapeError extends Error {
  override readonly name = "ShapeError";
}
