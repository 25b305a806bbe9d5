import type { PairedTimes } from "./stopwatch.ts";
import type { WireTensor } from "./tensor.ts";

/** How far ONNX Runtime may rewrite a model before it runs it. */
export type OptimizationLevel = "disabled" | "basic" | "extended" | "all";

/** An input or output as the runtime declares it, in the binding's terms. */
export interface WireValue {
  readonly name: string;
  readonly type: string;
  readonly shape: readonly (number | string)[];
}

/** A loaded model: its number in the child, and its interface. */
export interface WireSession {
  readonly session: number;
  readonly inputs: readonly WireValue[];
  readonly outputs: readonly WireValue[];
}

/** What the parent asks of the child, and the answer to each question. */
export interface Questions {
  load: [
    ask: {
      /** The model; a file to read it from; or a file for the runtime to open. */
      readonly model: Uint8Array | { readonly file: string } | string;
      readonly level: OptimizationLevel;
      readonly threads: number;
      /** Where external data lies. */
      readonly directory: string | undefined;
    },
    answer: WireSession,
  ];
  run: [
    ask: { readonly session: number; readonly inputs: Readonly<Record<string, WireTensor>> },
    answer: Readonly<Record<string, WireTensor>>,
  ];
  time: [
    ask: {
      readonly sessions: readonly [number, number];
      readonly inputs: Readonly<Record<string, WireTensor>>;
      readonly milliseconds: number;
      readonly samples: number;
    },
    answer: PairedTimes,
  ];
  release: [ask: { readonly session: number }, answer: null];
}

/** One question on its way to the child. */
export type Question = {
  [K in keyof Questions]: { readonly id: number; readonly kind: K; readonly ask: Questions[K][0] };
}[keyof Questions];

/** What the child says of itself once, when it has started: the runtime's version, or why there is none. */
type Greeting =
  | { readonly kind: "ready"; readonly version: string }
  | { readonly kind: "absent"; readonly message: string };

/** What the child sends. */
export type Answer =
  | Greeting
  | { readonly kind: "answer"; readonly id: number; readonly value: unknown }
  | { readonly kind: "error"; readonly id: number; readonly message: string };
