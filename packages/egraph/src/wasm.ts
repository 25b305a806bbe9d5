import type { Kernel } from "./heap.ts";
import type { Host } from "./kernel/host.ts";
import { bytes } from "./kernel.wasm.ts";

/** A memory of a WebAssembly instance. */
export interface Memory {
  readonly buffer: ArrayBuffer;
  /** Adds pages of 64 KiB; `buffer` is another afterwards. Throws a RangeError when there is no room. */
  grow(pages: number): number;
}

type Imports = Record<string, Record<string, unknown>>;

/** As much of WebAssembly as is needed: it is no part of the language, and not every host has it. */
interface WebAssembly {
  readonly Module: new (bytes: Uint8Array) => object;
  readonly Instance: new (module: object, imports: Imports) => { readonly exports: object };
  readonly Memory: new (descriptor: { initial: number }) => Memory;
  readonly CompileError: new () => Error;
}

const { WebAssembly: api } = globalThis as { readonly WebAssembly?: WebAssembly };
let module: object | null | undefined;

/**
 * An instance of the compiled kernel with a memory of so many pages; undefined where there is no WebAssembly, or
 * no room for another memory.
 */
export function instantiate(
  pages: number,
  host: Host,
): { readonly memory: Memory; readonly kernel: Kernel } | undefined {
  if (module === undefined) module = compile();
  if (module === null) return undefined;
  const { Memory, Instance } = api as WebAssembly;
  let memory: Memory;
  try {
    memory = new Memory({ initial: pages });
  } catch (error) {
    // Each memory reserves addresses, of which there may be too few.
    if (error instanceof RangeError) return undefined;
    throw error;
  }
  const instance = new Instance(module, {
    env: { memory },
    host: {
      grow: (column: number, more: number) => host.grow(column, more),
      guard: (index: number, registers: number) => host.guard(index, registers),
    },
  });
  return { memory, kernel: instance.exports as Kernel };
}

/** Null where WebAssembly is missing, or forbidden by a content-security policy. */
function compile(): object | null {
  if (!api) return null;
  try {
    return new api.Module(decode(bytes));
  } catch (error) {
    if (error instanceof api.CompileError || error instanceof EvalError) return null;
    throw error;
  }
}

function decode(text: string): Uint8Array {
  const { fromBase64 } = Uint8Array as { fromBase64?: (text: string) => Uint8Array };
  if (fromBase64) return fromBase64(text);
  const binary = atob(text);
  const decoded = new Uint8Array(binary.length);
  for (let i = 0; i < binary.length; i++) decoded[i] = binary.charCodeAt(i);
  return decoded;
}
