/**
 * Writes a new backend package: rules, costs, conformance test, continuous integration, README and licence.
 *
 * @module
 */

export { BackendNameError, type BackendNames, backendNames } from "./names.ts";
export { ScaffoldError, type ScaffoldOptions, scaffold } from "./scaffold.ts";
