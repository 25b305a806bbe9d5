import { enter, feed, type Inputs, inputOf } from "../feeding.ts";
import type { Elements } from "../kernels.ts";
import { ordered } from "../order.ts";
import type { Feeds, Runnable } from "../runnable.ts";
import type { Value } from "../value.ts";
import { lowering, type OnnxWriter } from "./lowering.ts";

export type { OnnxWriter } from "./lowering.ts";

interface RuntimeTensor {
  readonly data: unknown;
}

/** As much of ONNX Runtime as is needed: the module `onnxruntime-node` or `onnxruntime-web`. */
export interface OnnxRuntime {
  readonly InferenceSession: {
    create(
      model: Uint8Array,
      options?: Readonly<Record<string, unknown>>,
    ): Promise<{
      // biome-ignore lint/suspicious/noExplicitAny: the runtime's own tensors, which only it makes and reads
      run(feeds: Record<string, any>): Promise<Readonly<Record<string, RuntimeTensor>>>;
    }>;
  };
  readonly Tensor: new (
    // biome-ignore lint/suspicious/noExplicitAny: the runtime lists its types by overloads
    type: any,
    data: Elements | Int32Array,
    dims: readonly number[],
  ) => RuntimeTensor;
}

/** How a program is made for ONNX Runtime. */
export interface OnnxOptions {
  /** Of an element; 32 unless said, 64 for checking gradients. */
  readonly bits?: 32 | 64;
  /** 1 unless said. */
  readonly threads?: number;
}

/**
 * The third set of kernels: values written as an ONNX model and computed by ONNX Runtime, all at once. The gradients are
 * part of the model, so that a runtime made for inference trains. Both the writer and the runtime are handed in: this package
 * depends on neither.
 */
export class OnnxProgram implements Runnable {
  readonly #inputs: Inputs;
  readonly #outputs: readonly string[];
  readonly #compute: (inputs: Inputs) => Promise<Readonly<Record<string, RuntimeTensor>>>;

  private constructor(
    inputs: Inputs,
    outputs: readonly string[],
    compute: (inputs: Inputs) => Promise<Readonly<Record<string, RuntimeTensor>>>,
  ) {
    this.#inputs = inputs;
    this.#outputs = outputs;
    this.#compute = compute;
  }

  /** Writes the values by an empty writer, and has them loaded. Throws a RangeError when two inputs have one name. */
  static async compile<Written>(
    outputs: readonly Value[],
    writer: OnnxWriter<Written>,
    runtime: OnnxRuntime,
    { bits = 32, threads = 1 }: OnnxOptions = {},
  ): Promise<OnnxProgram> {
    const dtype = bits === 32 ? "f32" : "f64";
    const written = new Map<Value, Written>();
    const inputs = new Map<string, { value: Value; data: Elements | Int32Array }>();
    const lowered = lowering(writer, dtype);
    for (const value of ordered(outputs)) {
      const { name } = value.attributes;
      const { op, rows, columns } = value;
      if (name === undefined) {
        const operands = value.operands.map((operand) => written.get(operand) as Written);
        written.set(value, lowered.of(value, operands));
      } else if (op === "index") {
        enter(inputs, name, value, new Int32Array(rows));
        written.set(value, writer.input(name, "i32", [rows]));
      } else {
        const length = rows * columns;
        const data = bits === 32 ? new Float32Array(length) : new Float64Array(length);
        enter(inputs, name, value, data);
        written.set(value, writer.input(name, dtype, [rows, columns]));
      }
    }
    const names = outputs.map((value, i) => {
      const name = `result ${i}`;
      const { rows, columns } = value;
      writer.output(name, written.get(value) as Written, { dtype, shape: [rows, columns] });
      return name;
    });
    const session = await runtime.InferenceSession.create(writer.bytes(), {
      executionProviders: ["cpu"],
      intraOpNumThreads: threads,
      interOpNumThreads: 1,
      logSeverityLevel: 3,
    });
    const float = bits === 32 ? "float32" : "float64";
    const compute = (fed: Inputs): Promise<Readonly<Record<string, RuntimeTensor>>> =>
      session.run(
        Object.fromEntries(
          [...fed].map(([name, { value, data }]) => [
            name,
            value.op === "index"
              ? new runtime.Tensor("int32", data, [value.rows])
              : new runtime.Tensor(float, data, [value.rows, value.columns]),
          ]),
        ),
      );
    return new OnnxProgram(inputs, names, compute);
  }

  /** Whether the outputs depend on an input of that name. */
  has(name: string): boolean {
    return this.#inputs.has(name);
  }

  /** The elements of an input, as of a `Program`. */
  input(name: string): Elements | Int32Array {
    return inputOf(this.#inputs, name);
  }

  /**
   * Computes the outputs, in the order they were given.
   *
   * @throws RangeError for an unknown name or a wrong number of elements; what the runtime says of row numbers out of range
   */
  async run(feeds: Feeds = {}): Promise<readonly Elements[]> {
    feed(this.#inputs, feeds);
    const found = await this.#compute(this.#inputs);
    return this.#outputs.map((name) => (found[name] as RuntimeTensor).data as Elements);
  }
}
