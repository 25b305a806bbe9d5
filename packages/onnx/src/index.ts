export { ModelBuilder, type Value } from "./builder.ts";
export { ModelError } from "./error.ts";
