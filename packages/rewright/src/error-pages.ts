/**
 * The pages that explain error codes.
 *
 * @module
 */

import { existsSync } from "node:fs";

/** In the published package beside `src/` and `dist/`, in the repository in `docs/`. */
const folders = ["../errors/", "../../../docs/errors/"].map(
  (path) => new URL(path, import.meta.url),
);

/** The folder of the pages, one a code: `R0301.md`. `undefined` where an installation lacks them. */
export function errorPages(): URL | undefined {
  return folders.find((place) => existsSync(place));
}
