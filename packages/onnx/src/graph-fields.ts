/**
 * The fields of GraphProto, by number.
 *
 * @module
 */

export const NODE = 1;
export const NAME = 2;
export const INITIALIZER = 5;
export const INPUT = 11;
export const OUTPUT = 12;
export const VALUE_INFO = 13;
export const ANNOTATION = 14;
export const SPARSE_INITIALIZER = 15;
