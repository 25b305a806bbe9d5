import { readFileSync } from "node:fs";
import type { RuleError } from "@rewright/dsl";
import { Command, CommanderError, Option } from "commander";
import { dialects, formats } from "../convert/guess.ts";
import { exitCodeOf, exitCodes } from "../errors.ts";
import { reasonOf } from "../files.ts";
import { defaults } from "../options.ts";
import { backendNames, spaceNames, strategyNames } from "../plugins.ts";
import {
  collect,
  parseCount,
  parseGrowth,
  parseName,
  parsePositive,
  parseSeed,
  parseShape,
  parseShare,
} from "./arguments.ts";
import type { CalibrateArguments } from "./calibrate.ts";
import type { CheckArguments } from "./check.ts";
import type { ConvertArguments } from "./convert.ts";
import type { EvalCostArguments } from "./eval-cost.ts";
import type { FormatArguments } from "./format.ts";
import type { TestArguments } from "./test.ts";
import type { TrainCostArguments } from "./train-cost.ts";
import type { WhyArguments } from "./why.ts";

const manifest = new URL("../../package.json", import.meta.url);

function program(exit: (code: number) => void): Command {
  const { version, description } = JSON.parse(readFileSync(manifest, "utf8")) as {
    version: string;
    description: string;
  };
  const root = new Command("rewright")
    .description(description)
    .version(version)
    .showHelpAfterError(
      "(`rewright --help` lists the commands, `rewright optimize --help` its options)",
    )
    .exitOverride();
  root
    .command("optimize")
    .summary("write an equal, faster model")
    .description(
      "Reads an ONNX model, searches for an equal and cheaper one, checks it against the original in ONNX Runtime, times both, and writes what is faster. Without -o it only tells what it found.",
    )
    .argument("<model>", "the ONNX file to read; never changed")
    .option("-o, --output <file>", "the ONNX file to write")
    .option("--force", "let the output replace the input")
    .option(
      "--rules <file>",
      'a rule file to use instead of the shipped ones; repeatable; "default" names the shipped ones, "taso" and "tensat" further ones',
      collect,
    )
    .addOption(
      new Option("--backend <name>", "the target whose costs decide")
        .choices(backendNames)
        .argParser(parseName(backendNames)),
    )
    .addOption(
      new Option("--strategy <name>", "how the search goes")
        .choices(strategyNames)
        .argParser(parseName(strategyNames)),
    )
    .addOption(
      new Option(
        "--space <name>",
        "what is searched: e-graphs that grow (the default), or single programs, rewritten place by place",
      )
        .choices(spaceNames)
        .argParser(parseName(spaceNames)),
    )
    .option(
      "--nodes <n>",
      `e-nodes that the e-graph may hold (default ${defaults.nodes})`,
      parseCount,
    )
    .option("--seconds <s>", `seconds of search (default ${defaults.seconds})`, parsePositive)
    .option("--memory <MiB>", `memory of the e-graph (default ${defaults.memory})`, parsePositive)
    .option("--seed <n>", `of search, inputs and statistics (default ${defaults.seed})`, parseSeed)
    .option(
      "--input <name=sizes>",
      "sizes for an input with open dimensions, such as tokens=1x128; repeatable",
      parseShape,
    )
    .option(
      "--threads <n>",
      `threads of ONNX Runtime while timing (default ${defaults.threads})`,
      parseCount,
    )
    .option(
      "--error <bound>",
      "let inexact rules (`~>`) change the result, in all by at most this (default: none applies)",
      parsePositive,
    )
    .option(
      "--max-growth <size>",
      "how much larger the file may get: 10%, 5MB (default 10 % and 1 MiB)",
      parseGrowth,
    )
    .option(
      "--fixed-inputs",
      "take inputs that have a default (the weights of old files) as constants, which nobody replaces",
    )
    .option(
      "--no-measure",
      "trust the predicted costs and time nothing: the written file is reproducible",
    )
    .option(
      "--no-calibration",
      "predict costs by shipped figures, whatever `rewright calibrate` measured here",
    )
    .option(
      "--rank <file>",
      "a model that `rewright train-cost` made of measured models, to say which programs are verified and timed",
    )
    .option("--config <file>", "a configuration instead of the working folder's rewright.config.ts")
    .option("--json <file>", "write the report as JSON, too")
    .option("--quiet", "print nothing but errors")
    .action(async (model: string, options) => {
      const { optimizeFile } = await import("./optimize-file.ts");
      exit(await optimizeFile(model, options));
    });
  root
    .command("calibrate")
    .summary("measure this machine, for better predictions")
    .description(
      "Times random programs and pairs of equal programs in ONNX Runtime, fits the costs of its kernels to them, and keeps the result in the user's cache folder, where `rewright optimize` finds it. An earlier calibration stays until the new one is complete.",
    )
    .addOption(
      new Option("--backend <name>", "the target to measure")
        .choices(backendNames)
        .argParser(parseName(backendNames)),
    )
    .option(
      "--threads <n>",
      `threads of ONNX Runtime; each number has a calibration of its own (default ${defaults.threads})`,
      parseCount,
    )
    .option("--quick", "measure for 20 seconds instead of 150")
    .option("--seconds <s>", "measure for so long", parsePositive)
    .option("--json <file>", "write what was found as JSON, too; - for standard output")
    .action(async (options: CalibrateArguments) => {
      const { calibrate } = await import("./calibrate.ts");
      exit(await calibrate(options));
    });
  root
    .command("why")
    .summary("explain what a model costs, and what rules make of it")
    .description(
      "Predicts what each operator of a model costs and what it is bound by, searches for a cheaper model as `optimize` does, and says of the rules asked for why they were taken or not. Runs and writes no model.",
    )
    .argument("<model>", "the ONNX file to read; never changed")
    .option(
      "--rule <name>",
      "a rule to look at closely: where it matches, what both its sides cost, what keeps it from matching; repeatable",
      collect,
    )
    .addOption(
      new Option("--backend <name>", "the target whose costs are asked for")
        .choices(backendNames)
        .argParser(parseName(backendNames)),
    )
    .option("--part <name>", "one of its processors, such as H100, v5e, zen4")
    .addOption(
      new Option("--strategy <name>", "how the e-graph grows")
        .choices(strategyNames)
        .argParser(parseName(strategyNames)),
    )
    .option(
      "--rules <file>",
      'a rule file to use instead of the shipped ones; repeatable; "default" names the shipped ones',
      collect,
    )
    .option("--input <name=sizes>", "sizes for an input with open dimensions", parseShape)
    .option("--fixed-inputs", "take inputs that have a default as constants, which nobody replaces")
    .option("--threads <n>", `threads of the target (default ${defaults.threads})`, parseCount)
    .option("--nodes <n>", "e-nodes that the e-graph may hold", parseCount)
    .option("--seconds <s>", "seconds of search", parsePositive)
    .option("--seed <n>", "of the search", parseSeed)
    .option("--no-calibration", "predict costs by shipped figures")
    .option("--top <n>", "operators to list (15)", parseCount)
    .option("--config <file>", "a configuration instead of the working folder's rewright.config.ts")
    .option("--json <file>", "write all of it as JSON, too; - for standard output")
    .option(
      "--html <file>",
      "write a page with both programs, their operators as large as they are dear",
    )
    .action(async (model: string, options: WhyArguments) => {
      const { why } = await import("./why.ts");
      exit(await why(model, options));
    });
  root
    .command("check")
    .summary("look for counterexamples to rules")
    .description(
      "Computes both sides of each rule on random shapes, attributes and values, and compares them. Checks the rulesets that the files' `check` lines name, all where there are none; without files, the shipped rules. Exits with 1 when a rule does not hold.",
    )
    .argument("[files...]", "rule files, or folders of them")
    .option("--rule <name>", "only rules, rulesets or #tags of this name; repeatable", collect)
    .option("--samples <n>", "samples to compare for each rule and direction (100)", parseCount)
    .option("--seed <n>", "of the samples (0)", parseSeed)
    .option("--plan", "print how each rule is matched, too")
    .option("--json <file>", "write the verdicts as JSON, too; - for standard output")
    .action(async (files: readonly string[], options: CheckArguments) => {
      const { checkFiles } = await import("./check.ts");
      exit(await checkFiles(files, options));
    });
  root
    .command("test")
    .summary("run the tests in rule files")
    .description(
      "Runs the `test` blocks of rule files: what they say must be provable is, what must not be is not, and what reduces, reduces. Exits with 1 when one fails.",
    )
    .argument("[files...]", "rule files, or folders of them")
    .option("--explain", "print the proof of what is proven, rule by rule")
    .option("--nodes <n>", "e-nodes for each statement (5000)", parseCount)
    .option("--json <file>", "write the results as JSON, too; - for standard output")
    .action(async (files: readonly string[], options: TestArguments) => {
      const { testFiles } = await import("./test.ts");
      exit(await testFiles(files, options));
    });
  root
    .command("format")
    .summary("lay rule files out")
    .description(
      "Aligns names, arrows and clauses of rule files, in place. A file with errors stays as it is. Without files, from standard input to standard output.",
    )
    .argument("[files...]", "rule files, folders of them, or - for standard input")
    .option("--check", "write nothing; name what is not laid out, and exit with 1")
    .action(async (files: readonly string[], options: FormatArguments) => {
      const { format } = await import("./format.ts");
      exit(await format(files, options));
    });
  root
    .command("convert")
    .summary("turn rules of egg, egglog, TENSAT or TASO into a rule file")
    .description(
      "Reads a list of rules and writes those that hold as a rule file: what repeats another is merged, inverse pairs become one rule, and conditions that a rule needs are found by checking. What became of each rule goes to standard error, and so does what is not expressible; nothing is dropped in silence.",
    )
    .argument(
      "<input>",
      "Rust with rewrite! macros, s-expressions, an egglog program, or TASO's graph_subst.pb",
    )
    .addOption(
      new Option("--from <format>", "the format (guessed from the content)")
        .choices(formats)
        .argParser(parseName(formats)),
    )
    .addOption(
      new Option(
        "--dialect <name>",
        "the meaning of operators that are known: ONNX's (the default), or none",
      )
        .choices(dialects)
        .argParser(parseName(dialects)),
    )
    .option("-o, --output <file>", "the rule file to write, instead of to standard output")
    .option("--force", "let the output replace the input")
    .option("--samples <n>", "samples to check each rule and direction with (100)", parseCount)
    .option("--seed <n>", "of the samples (0)", parseSeed)
    .option(
      "--json <file>",
      "write the account as JSON, too; - for standard output, in place of the rules",
    )
    .addHelpText(
      "after",
      "\nExample, egg's rules in one file and their conversion in another:\n  rewright convert math.rs -o math.rules\n  rewright check math.rules",
    )
    .action(async (input: string, options: ConvertArguments) => {
      const { convertFile } = await import("./convert.ts");
      exit(await convertFile(input, options));
    });
  root
    .command("train-cost")
    .summary("learn a cost model from measurements")
    .description(
      'Trains graph networks to rank what was measured: TpuGraphs\' arrays (.npz) and tuning data (.pb), or lists of measured models (.json: [{ "model": "a.onnx", "µs": 120 }]). Part of the measurements is held out and ranked at the end. What has been learnt is saved beside the output every half minute, and on interruption.',
    )
    .argument("<files...>", "files of measurements, all of one kind")
    .requiredOption("-o, --output <file>", "the model file to write")
    .addOption(
      new Option("--network <name>", "GraphSAGE, or Chebyshev polynomials of the graph's Laplacian")
        .choices(["sage", "chebyshev"])
        .default("sage"),
    )
    .addOption(
      new Option("--loss <name>", "of lists, of pairs, or of single times")
        .choices(["listmle", "hinge", "mse"])
        .default("listmle"),
    )
    .option("--hidden <n>", "numbers a node", parseCount, 64)
    .option("--layers <n>", "how far a node hears from others", parseCount, 3)
    .option("--hops <n>", "how far from configurable nodes to look", parseCount, 2)
    .option("--steps <n>", "of training", parseCount, 1000)
    .option("--list <n>", "measurements that are ranked in one step", parseCount, 32)
    .option("--rate <x>", "of the first steps", parsePositive, 0.003)
    .option("--seeds <n>", "networks to train, whose scores are averaged", parseCount, 3)
    .option("--seed <n>", "of the first, and of what is held out", parseSeed, 1)
    .option("--held-out <share>", "of the measurements, to be ranked in the end", parseShare, 0.2)
    .option("--configurations <n>", "of each program at most, drawn at random", parseCount)
    .option("--resume", "go on with a run that was broken off")
    .action(async (files: readonly string[], options: TrainCostArguments) => {
      const { trainCost } = await import("./train-cost.ts");
      exit(await trainCost(files, options));
    });
  root
    .command("eval-cost")
    .summary("see how well a learned cost model ranks")
    .description(
      "Ranks measurements by a learned cost model: Kendall's tau, ordered pairs, by how much the best-predicted are slower than the fastest, and beside it how well measurements agree with themselves.",
    )
    .argument("<model>", "a file that train-cost wrote")
    .argument("<files...>", "files of measurements, as for train-cost")
    .option("--configurations <n>", "of each program at most, drawn at random", parseCount)
    .option("--seed <n>", "of that draw", parseSeed, 1)
    .option("--json <file>", "write the figures as JSON, too; - for standard output")
    .action(async (model: string, files: readonly string[], options: EvalCostArguments) => {
      const { evalCost } = await import("./eval-cost.ts");
      exit(await evalCost(model, files, options));
    });
  root
    .command("explain")
    .summary("say what an error code means")
    .description(
      "Says what the code of an error means, with an example and its mending; without a code, lists all.",
    )
    .argument("[code]", "such as R0301")
    .action(async (code: string | undefined) => {
      const { explain } = await import("./explain.ts");
      process.stdout.write(`${explain(code, hasColors(process.stdout))}\n`);
    });
  root
    .command("lsp")
    .summary("serve an editor")
    .description(
      "Speaks the language server protocol over standard input and output: an editor starts it, and shows errors, types, completions and more as a rule file is written.",
    )
    .option("--stdio", "over standard input and output: the default, and the only way")
    .addOption(new Option("--clientProcessId <id>", "the editor's process").hideHelp())
    .action(async () => {
      const { serve } = await import("../lsp/server.ts");
      await serve(version);
    });
  return root;
}

/** Whether a stream is a terminal that shows colours; `NO_COLOR` and `FORCE_COLOR` are heeded. */
function hasColors(stream: NodeJS.WriteStream): boolean {
  return stream.isTTY === true && stream.hasColors();
}

/** An error for people. A rule file's diagnostics are laid out anew where there are colours. */
function messageOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if (error.name !== "RuleError" || !hasColors(process.stderr)) return error.message;
  return (error as RuleError).render({ color: true });
}

let isHeeding = false;

/** Sees to errors of the standard streams, which may come after the end: once a process, however often `main` is called. */
function heedStreams(): void {
  if (isHeeding) return;
  isHeeding = true;
  process.stderr.on("error", () => {}); // where nobody listens there is nobody to tell
  process.stdout.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code === "EPIPE") return; // a reader that goes away (`| head`) is no error of ours
    process.stderr.write(`rewright: cannot write to standard output: ${reasonOf(error)}\n`);
    process.once("exit", () => {
      process.exitCode ||= exitCodes.usage;
    });
  });
}

/**
 * The command line: parses, runs, prints. One message to standard error for anything that goes wrong, and an exit code that says
 * what it was: 0 done, 1 a check failed, 2 bad input or usage, 70 a bug of ours, 130 interrupted.
 */
export async function main(args: readonly string[]): Promise<number> {
  let code: number = exitCodes.done;
  heedStreams();
  try {
    const root = program((c) => {
      code = c;
    });
    await root.parseAsync([...args], { from: "user" });
  } catch (error) {
    if (error instanceof CommanderError)
      return error.exitCode === 0 ? exitCodes.done : exitCodes.usage;
    code = exitCodeOf(error);
    const message = messageOf(error);
    if (code !== exitCodes.bug) process.stderr.write(`rewright: ${message}\n`);
    else {
      process.stderr.write(
        `rewright: ${message}\nThis is a bug in rewright or in a plugin. Set REWRIGHT_DEBUG=1 to see where, and please report it with the model or rule file.\n`,
      );
      if (process.env["REWRIGHT_DEBUG"]) process.stderr.write(`${(error as Error).stack}\n`);
    }
  }
  return code;
}
