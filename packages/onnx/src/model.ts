/**
 * A model that was read: its program, and what is needed to write it back.
 *
 * @module
 */

import type { Constant, Graph, Source } from "@rewright/plugin";
import type { DataFiles } from "./data-files.ts";
import type { FileNode } from "./node.ts";
import type { Inner } from "./scope.ts";
import type { Field } from "./wire.ts";

/** A model read from an ONNX file. */
export interface OnnxModel {
  /** The main graph, its operators in the vocabulary of `@rewright/tensor` where that has them, opaque otherwise. */
  readonly graph: Graph;
  /** The version of ONNX's own operators that the file uses; 0 when it uses none. */
  readonly opset: number;
  /** Operators in the main graph; constants are not counted. */
  readonly operators: number;
  /** The version of the file format. */
  readonly irVersion: number;
  /** The main graph's name. */
  readonly name: string;
  /** Versions of operator sets by domain, "" being ONNX's own. */
  readonly domains: ReadonlyMap<string, number>;
  /** Inputs that need not be given, by name, and what they are then. */
  readonly defaults: ReadonlyMap<string, Constant>;
  /** Inputs of the file that are constants here, as `ReadOptions.fixedInputs` asks. */
  readonly fixedInputs: ReadonlySet<string>;
  /** Conditional operators of the file that are what one of their branches does here, as `ReadOptions.inlineBranches` asks. */
  readonly inlined: number;
  /** Bytes of its tensors that lie outside its file. */
  readonly external: number;
  /** The files that those bytes are in. */
  readonly dataFiles: readonly string[];
  /** Elements of its tensors were left in its file, which must not be changed while the model is in use. */
  readonly isHeld: boolean;
  /** What a reader may want to know: operators of the vocabulary that were left alone, and why. */
  readonly notes: readonly string[];
}

/** Where a constant of the file is. */
export type Carrier =
  | {
      readonly kind: "initializer";
      readonly name: string;
      readonly field: Field;
      readonly order: number;
    }
  | {
      readonly kind: "node";
      readonly name: string;
      readonly node: FileNode;
      readonly order: number;
    };

/** Where an input of a node in the file has gone: to an operand, or nowhere, its value then being given here. */
export type Slot = { readonly operand: number } | { readonly fixed: Source | undefined };

/** What the file says of a node of the program. */
export interface OriginNode {
  /** Absent for an opaque constant, which is an initializer. */
  readonly node?: FileNode;
  readonly initializer?: Field;
  /** Position among the file's nodes. */
  readonly order: number;
  /** One for each input in the file. */
  readonly slots: readonly Slot[];
  /** Names of results, "" where one was not asked for. */
  readonly outputs: readonly string[];
  readonly inner?: Inner;
}

/** The file behind a model. */
export interface Origin {
  readonly graph: Graph;
  /** The bytes of the whole model and of its main graph, and their fields. */
  readonly bytes: Uint8Array;
  readonly fields: readonly Field[];
  readonly graphBytes: Uint8Array;
  readonly graphFields: readonly Field[];
  /** In the order of the program's nodes. */
  readonly nodes: readonly OriginNode[];
  /** In the order of the program's constants; absent where one came from an attribute. */
  readonly carriers: readonly (Carrier | undefined)[];
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly irVersion: number;
  readonly domains: ReadonlyMap<string, number>;
  /** Every name of a value or a node anywhere in the file. */
  names(): ReadonlySet<string>;
  /** Initializers that are inputs' defaults, or that nothing here may drop. */
  readonly pinned: ReadonlySet<Field>;
  readonly files: DataFiles;
  /** Bytes of tensors that lie outside the file. */
  readonly external: number;
  /** ONNX's own operators outside the main graph and the graphs within it. */
  apart(): ReadonlySet<string>;
}

const origins = new WeakMap<OnnxModel, Origin>();

/** Remembers the file behind a model. */
export function setOrigin(model: OnnxModel, origin: Origin): void {
  origins.set(model, origin);
}

/** The file behind a model; `undefined` for an object that `readModel` did not return. */
export function originOf(model: OnnxModel): Origin | undefined {
  return origins.get(model);
}
