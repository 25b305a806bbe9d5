/** The models that the optimiser is measured on: the list in `models.json`, and how each entry becomes a file. @module */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { bert, bertClassifier, nasrnn, randomised } from "@rewright/example-models";
import { dlrm } from "./dlrm.ts";
import { gcn } from "./gcn.ts";
import { gpt2 } from "./gpt2.ts";
import { inceptionV3 } from "./inception.ts";
import { mobilenetV2 } from "./mobilenet.ts";
import { mobileone } from "./mobileone.ts";
import { pointnet } from "./pointnet.ts";
import { resnext50 } from "./resnext.ts";
import { vit } from "./vit.ts";
import { wavenet } from "./wavenet.ts";

/** Published model files beside the repository, by folder. */
const files = join(import.meta.dirname, "../../../shared/data");

/** The published architectures that can be built, each at the sizes its options say. */
const builders = {
  ...{ bert, bertClassifier, dlrm, gcn, gpt2, inceptionV3, mobilenetV2, mobileone, nasrnn },
  ...{ pointnet, resnext50, vit, wavenet },
} as const satisfies Readonly<Record<string, (options?: never) => Uint8Array>>;

/** An entry of the list: a file beside the repository, or an architecture to build. */
export type Entry = { readonly name: string } & (
  | {
      readonly file: string;
      /** The file holds stand-ins for its weights: seeded random ones take their place. */
      readonly weights?: "random";
      /** Sizes of its inputs where the file leaves some open, as `--input` gives them. */
      readonly shapes?: Readonly<Record<string, readonly number[]>>;
    }
  | {
      readonly builder: keyof typeof builders;
      readonly options?: Readonly<Record<string, unknown>>;
    }
);

/** The list, in its order. */
export const entries: readonly Entry[] = JSON.parse(
  readFileSync(join(import.meta.dirname, "../models.json"), "utf8"),
) as readonly Entry[];

/** Whether the entry can be made here: its file may be absent. */
export function available(entry: Entry): boolean {
  return "builder" in entry || existsSync(join(files, entry.file));
}

/** The entry as a model file, with these options on top of its own. */
export function build(entry: Entry, options: Readonly<Record<string, unknown>> = {}): Uint8Array {
  if ("builder" in entry) {
    const builder = builders[entry.builder] as (options: object) => Uint8Array;
    return builder({ ...entry.options, ...options });
  }
  const bytes = readFileSync(join(files, entry.file));
  return entry.weights === "random" ? randomised(bytes) : bytes;
}
