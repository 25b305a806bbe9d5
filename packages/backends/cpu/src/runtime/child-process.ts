import { type ChildProcess, fork } from "node:child_process";
import { fileURLToPath } from "node:url";
import { memoryLimitMark } from "./marks.ts";
import type { Answer, Question, Questions } from "./protocol.ts";

/** Why a runtime, or a request to it, failed. */
export type RuntimeFailure =
  /** onnxruntime-node is not installed. */
  | "absent"
  /** The runtime refused the model or its inputs; it lives on. */
  | "refused"
  /** Ended by the time limit of a request. */
  | "timeout"
  /** Ended by the memory limit. */
  | "memory"
  /** The process died by itself. */
  | "crash"
  /** Closed by its user. */
  | "closed";

/** A failure of the runtime. Only after `refused` can the same runtime be asked again. */
export class RuntimeError extends Error {
  override readonly name = "RuntimeError";
  /** Why. */
  readonly failure: RuntimeFailure;

  constructor(failure: RuntimeFailure, message: string) {
    super(message);
    this.failure = failure;
  }
}

/** What bounds a child process. */
export interface ChildLimits {
  /** Resident memory, in mebibytes. */
  readonly memoryMb?: number | undefined;
  /** For each request, in milliseconds. */
  readonly timeoutMs?: number | undefined;
  /** Ends the process at once; what is asked of it then rejects with the signal's reason. */
  readonly signal?: AbortSignal | undefined;
}

interface Waiting {
  resolve(value: never): void;
  reject(error: unknown): void;
  readonly timer: NodeJS.Timeout | undefined;
}

const own = import.meta.url;
const script = fileURLToPath(new URL(own.endsWith(".ts") ? "child.ts" : "child.js", own));

/**
 * The runtime's process, seen from its parent: questions go in, answers come out, and whatever ends the process
 * rejects all that wait for it. While nobody waits it does not keep the parent's event loop alive.
 */
export class RuntimeProcess {
  /** Resolves to the runtime's version once it has been loaded. */
  readonly ready: Promise<string>;
  readonly #child: ChildProcess;
  readonly #limits: ChildLimits;
  readonly #waiting = new Map<number, Waiting>();
  readonly #gone: Promise<void>;
  #asked = 0;
  #ended: unknown;
  #stderr = "";

  constructor(limits: ChildLimits) {
    limits.signal?.throwIfAborted();
    this.#limits = limits;
    const { memoryMb } = limits;
    const child = fork(script, memoryMb === undefined ? [] : [String(memoryMb * 2 ** 20)], {
      serialization: "advanced",
      execArgv: memoryMb === undefined ? [] : [`--max-old-space-size=${Math.ceil(memoryMb)}`],
      stdio: ["ignore", "ignore", "pipe", "ipc"],
    });
    this.#child = child;
    child.stderr?.setEncoding("utf8").on("data", (text: string) => {
      this.#stderr = (this.#stderr + text).slice(-2000);
    });
    const abort = (): void => {
      void this.end(limits.signal?.reason);
    };
    limits.signal?.addEventListener("abort", abort, { once: true });
    this.#gone = new Promise((resolve) => {
      const gone = (error: unknown): void => {
        limits.signal?.removeEventListener("abort", abort);
        this.#settle(error);
        resolve();
      };
      child.once("close", (code, signal) => gone(this.#diagnosis(code, signal)));
      child.once("error", (error) => gone(new RuntimeError("crash", error.message)));
    });
    child.on("message", (message: Answer) => this.#hear(message));
    this.ready = this.#wait(0, undefined);
  }

  /** The process's number in the system. */
  get pid(): number {
    return this.#child.pid ?? 0;
  }

  /** Asks the child. Rejects with a `RuntimeError`, or with the reason of the signal that ended the process. */
  ask<K extends keyof Questions>(kind: K, ask: Questions[K][0]): Promise<Questions[K][1]> {
    const id = ++this.#asked;
    const answer = this.#wait<Questions[K][1]>(id, this.#limits.timeoutMs);
    if (this.#ended === undefined) {
      // A question that cannot be sent any more is answered by the process's end.
      this.#child.send({ id, kind, ask } as Question, () => {});
    }
    return answer;
  }

  /** Kills the process; what waits for it rejects with `reason`. Resolves when the process is gone. */
  end(reason: unknown = new RuntimeError("closed", "the runtime has been closed")): Promise<void> {
    this.#settle(reason);
    this.#hold(true);
    this.#child.kill("SIGKILL");
    return this.#gone;
  }

  #wait<T>(id: number, timeoutMs: number | undefined): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      if (this.#ended !== undefined) {
        reject(this.#ended);
        return;
      }
      const timer =
        timeoutMs === undefined
          ? undefined
          : setTimeout(() => {
              void this.end(
                new RuntimeError(
                  "timeout",
                  `ONNX Runtime took longer than ${timeoutMs} ms and was ended: allow it more with \`timeoutMs\``,
                ),
              );
            }, timeoutMs);
      this.#waiting.set(id, { resolve, reject, timer });
      this.#hold(true);
    });
  }

  /** A process that nobody waits for must not keep its parent from ending. */
  #hold(needed: boolean): void {
    const change = needed ? "ref" : "unref";
    this.#child[change]();
    this.#child.channel?.[change]();
    (this.#child.stderr as { ref?(): void; unref?(): void } | null)?.[change]?.();
  }

  #take(id: number): Waiting | undefined {
    const waiting = this.#waiting.get(id);
    this.#waiting.delete(id);
    clearTimeout(waiting?.timer);
    this.#hold(this.#waiting.size > 0);
    return waiting;
  }

  #hear(message: Answer): void {
    switch (message.kind) {
      case "ready":
        this.#take(0)?.resolve(message.version as never);
        return;
      case "absent":
        void this.end(
          new RuntimeError(
            "absent",
            `onnxruntime-node could not be loaded: install it beside rewright with \`npm install onnxruntime-node\`, and where its install script cannot reach what it downloads (CUDA's parts), with \`--ignore-scripts\` (${message.message})`,
          ),
        );
        return;
      case "answer":
        this.#take(message.id)?.resolve(message.value as never);
        return;
      case "error":
        this.#take(message.id)?.reject(new RuntimeError("refused", message.message));
    }
  }

  #settle(error: unknown): void {
    this.#ended ??= error;
    for (const id of [...this.#waiting.keys()]) this.#take(id)?.reject(this.#ended);
  }

  #diagnosis(code: number | null, signal: NodeJS.Signals | null): RuntimeError {
    const said = this.#stderr.trim();
    if (said.includes(memoryLimitMark) || said.includes("JavaScript heap out of memory")) {
      return new RuntimeError(
        "memory",
        `ONNX Runtime grew beyond ${this.#limits.memoryMb ?? "the machine's"} MiB and was ended: allow it more with \`memoryMb\``,
      );
    }
    const how = signal === null ? `with code ${code}` : `by ${signal}`;
    return new RuntimeError(
      "crash",
      `ONNX Runtime's process ended ${how}${said === "" ? "" : `: ${said.slice(-500)}`}`,
    );
  }
}
