import { RuntimeError, startRuntime } from "../src/index.ts";

/** Why ONNX Runtime cannot be tested here; `undefined` where it can. */
export const unavailable: string | undefined = await startRuntime().then(
  (runtime) => runtime.close().then(() => undefined),
  (error: unknown) => {
    if (error instanceof RuntimeError && error.failure === "absent") return error.message;
    throw error;
  },
);
