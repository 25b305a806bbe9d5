/** An application that its operator's declaration does not allow. Known by its name, as the errors of every dialect's inference are. */
export class ShapeError extends Error {
  override readonly name = "ShapeError";
}
