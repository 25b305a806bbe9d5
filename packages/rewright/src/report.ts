/** One side of the comparison: a model before or after. */
export interface Side {
  /** Operators in the main graph. */
  readonly nodes: number;
  /** Median milliseconds of a run in ONNX Runtime with all its own optimisations; null when nothing was timed. */
  readonly ms: number | null;
  /** The median's spread: the middle half of the runs, in ms. */
  readonly spread: readonly [low: number, high: number] | null;
  /** The backend's cost of a run, in `unit`. */
  readonly predicted: number;
}

/** A rule that fired, and whether the result rests on it. */
export interface RuleReport {
  readonly name: string;
  readonly file: string;
  readonly line: number;
  /** Applications that changed the e-graph. */
  readonly fired: number;
  /** The written program rests on at least one of them. */
  readonly used: boolean;
  /** What an application of an inexact rule (`~>`) may change, as it states; 0 for an exact rule. */
  readonly within: number;
  /** What the written program takes for granted by resting on the rule: what stands behind `assuming` and was not known to hold. */
  readonly assumes: readonly string[];
}

/** A program that was cheaper, and was dropped. */
export interface Dropped {
  /** Why: how it differed from the original, or what the runtime said. */
  readonly why: string;
  /** The rules it rests on, as `name (file:line)`. */
  readonly rules: readonly string[];
}

/** What predicted costs rest on: figures that come with the backend, unless this machine was calibrated. */
export interface Basis {
  /** The calibration, and when it was measured (ISO 8601). */
  readonly calibrated: { readonly file: string; readonly date: string } | null;
  /** A calibration that is there and was not used, and why. */
  readonly unfit: { readonly file: string; readonly why: string } | null;
  /** The file of the learned model by which whole programs were ranked; null where none was asked for. */
  readonly rank: string | null;
}

/** What a run found. */
export interface Report {
  readonly before: Side;
  readonly after: Side;
  /** How many times faster the written model ran (median of paired ratios), 1 when the input was kept, null when nothing was timed. */
  readonly speedup: number | null;
  /** The 95 % interval of the speed-up; null when nothing was timed. */
  readonly interval: readonly [low: number, high: number] | null;
  /** Predicted cost before / after. */
  readonly predictedSpeedup: number;
  /** The written model was compared with the original and agrees. The input itself, kept unchanged, agrees trivially. */
  readonly verified: boolean;
  /** The largest absolute difference of an output element. */
  readonly maxAbs: number;
  /** The largest difference, relative to the output's largest element. */
  readonly maxRel: number;
  /** Of inexact rules: what they were allowed to change in all, and the sum of the bounds of the applications that the written program rests on. What it did change is `maxAbs`. */
  readonly error: { readonly allowed: number; readonly spent: number };
  /** Why the search stopped: saturated, satisfied, nodes, seconds, iterations, bytes, aborted, failed. */
  readonly stopped: string;
  /** A better model was found; otherwise the result is the input, byte for byte. */
  readonly gained: boolean;
  readonly rules: readonly RuleReport[];
  readonly dropped: readonly Dropped[];
  readonly backend: string;
  readonly costs: Basis;
  readonly strategy: string;
  /** Of the predicted costs. */
  readonly unit: string;
  readonly seed: number;
  readonly threads: number;
  /** Inputs with a default that operators read: those that anybody may still give others, and those taken as constants (`fixedInputs`). */
  readonly defaults: { readonly open: number; readonly fixed: number };
  /** Conditional operators whose condition is known, and which were taken to be what their branch does. */
  readonly inlined: number;
  /** Sizes taken for symbolic dimensions while pricing and timing. */
  readonly assumed: Readonly<Record<string, number>>;
  readonly search: {
    /** What the strategy chose, and why, where it says so. */
    readonly notes: readonly string[];
    readonly nodes: number;
    readonly classes: number;
    readonly iterations: number;
    /** The optimiser's own time, from reading to writing, verification and timing apart, in ms. */
    readonly ms: number;
    /** Peak memory of this process so far, in MB (the runtime's own process apart). */
    readonly peakMb: number;
  };
}

/** A report together with the files it is about: the content of `--json`. */
export interface FileReport extends Report {
  readonly input: string;
  /** Null when nothing was written. */
  readonly output: string | null;
  /** The file beside the output that holds its weights; null when the output holds them itself. */
  readonly data: string | null;
  /** The output is the input, byte for byte. */
  readonly same: boolean;
}
