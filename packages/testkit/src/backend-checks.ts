/**
 * What a backend must do.
 *
 * @module
 */

import type { Rule } from "@rewright/dsl";
import type { Backend, Dialect, Graph, NdArray } from "@rewright/plugin";
import { type GrowthSession, growth, saturate } from "@rewright/search";
import { evaluateGraph, onnx } from "@rewright/tensor";
import { showApplication } from "./array-type.ts";
import { type Check, Checklist, Fault } from "./check.ts";
import { unlike } from "./closeness.ts";
import { addCostChecks, settlesAfterAbort } from "./cost-checks.ts";
import { checkRules, compiled, type DialectOptions, dialectChecks } from "./dialect-checks.ts";
import { fingerprint } from "./fingerprint.ts";
import { inputsOf } from "./graph-draft.ts";
import { applicationsOf, typesOf } from "./operator-samples.ts";
import { addPluginChecks, type Factory, lazily, PATIENCE } from "./plugin-checks.ts";
import { type ReferenceProgram, referencePrograms } from "./reference-programs.ts";
import { programOf, type Trial, trialOf } from "./trial.ts";

/** How thoroughly a backend is checked. */
export interface BackendOptions extends Omit<DialectOptions, "rules" | "dialects"> {
  /** Nodes to price of each operator; 1,000 unless said. */
  readonly nodes?: number;
  /** Applications of each operator to run on the target; 50 unless said. */
  readonly runs?: number;
  /** Programs besides the six reference programs in which fusions may show that they are of use. */
  readonly programs?: readonly ReferenceProgram[];
  /** Operators on which the target is known to differ from the reference semantics, and how: left out of runs, and said aloud. */
  readonly differs?: Readonly<Record<string, string>>;
  /** Only the cost model: for further parts of a family that is checked already. */
  readonly only?: "costs";
}

/** E-nodes and calls of `apply` that the reference programs may take. */
const BUDGET = { nodes: 4_000, iterations: 40 };
/** After its signal, a run may need this long to tear down what it has set up, in milliseconds. */
const TEARDOWN = 2_000;

/** The checks of a backend: `for (const c of backendChecks(() => npu())) test(c.name, c.run)`. */
export function backendChecks(
  make: Factory<Backend>,
  options: BackendOptions = {},
): readonly Check[] {
  const list = new Checklist("backend");
  const backend = lazily(make, options.given);
  const dialects = (): readonly Dialect[] => [onnx, ...(backend().dialects ?? [])];
  /** None where they do not compile: that is one check's affair. */
  const rules = (): readonly Rule[] =>
    safely(() => compiled(backend().rules ?? [], dialects()).rules) ?? [];
  const patience = 1000 * (options.patience ?? PATIENCE);
  const applications = options.applications ?? {};

  addPluginChecks(list, "backend", make, options, ({ costModel }) => {
    const programs = referencePrograms("small");
    return fingerprint(
      programs.flatMap(({ graph }) => graph.nodes.map((node) => costModel.cost(node))),
    );
  });

  const perOperator = options.nodes ?? 1_000;
  const seeds = Math.max(2, Math.min(80, Math.ceil(perOperator / 12)));
  addCostChecks(list, { backend, nodes: { nodes: perOperator, seeds, applications } });
  if (options.only === "costs") return list.checks;

  for (const [i, { name }] of (safely(() => backend().dialects) ?? []).entries()) {
    const { entry: _, ...inherited } = options;
    const own = dialectChecks((given) => make(given).dialects?.[i] as Dialect, {
      samples: 50,
      ...inherited,
    });
    list.include(`dialect ${name}`, own.slice(0, -1));
  }

  list.add(
    "its operators are its own",
    "two meanings of one name cannot live in one e-graph",
    () => {
      const owners = new Map(Object.entries(onnx.ops).map(([op]) => [op, onnx.name] as const));
      for (const { name, ops } of backend().dialects ?? []) {
        for (const op of Object.keys(ops)) {
          const owner = owners.get(op);
          if (owner !== undefined)
            throw new Fault(
              `${op} of its dialect ${name} is an operator of ${owner}, too`,
              `put it behind a domain of your own: \`com.example.${op}\``,
            );
          owners.set(op, name);
        }
      }
    },
  );

  list.add(
    "its rules compile",
    "a rule file that does not compile ends every run at its start",
    (warn) => {
      for (const { message, span } of compiled(backend().rules ?? [], dialects()).warnings)
        warn(`${span.file}:${span.line}: ${message}`);
    },
  );

  list.add("its rules hold", "a wrong rule makes wrong models", () => {
    checkRules(rules(), dialects(), options.samples ?? 20);
  });

  list.add(
    "reference programs stay within reach",
    "a program that the target cannot run is of no use",
    async () => {
      for (const { name, graph } of everything(options)) {
        if (!graph.nodes.every((node) => backend().costModel.cost(node) < Infinity)) continue;
        const session = await grown(graph, backend(), dialects(), rules());
        const { graph: best } = session.bestEver;
        const lost = best.nodes.find((node) => backend().costModel.cost(node) === Infinity);
        if (lost)
          throw new Fault(
            `the best program found for the ${name} holds ${lost.op}, which costs Infinity`,
            "let some spelling of every operator on the right sides of its rules be within reach",
          );
      }
    },
  );

  list.add("optimised programs compute the same", "nothing else is worth being fast", async () => {
    for (const { name, graph } of referencePrograms("small")) {
      const session = await grown(graph, backend(), dialects(), rules());
      const inputs = inputsOf(graph);
      const expected = evaluateGraph(graph, inputs, dialects());
      const { graph: best } = session.bestEver;
      const actual = evaluateGraph(best, inputs, dialects());
      for (const [i, array] of expected.entries()) {
        const wrong = unlike(array, actual[i]);
        if (wrong !== undefined)
          throw new Fault(
            `of output ${i} of the ${name}, optimised by ${session.ruleUse(best).join(", ")}: ${wrong}`,
            "see which of these rules is wrong: `rewright check` tries each",
          );
      }
    }
  });

  list.add(
    "its fusions are liked",
    "a fusion that its own costs never choose is dead weight",
    async () => {
      const fusions = rules().filter(({ tags }) => tags.includes("fusion"));
      if (fusions.length === 0) return;
      const used = new Set<string>();
      for (const { graph } of everything(options)) {
        const session = await grown(graph, backend(), dialects(), rules());
        for (const rule of session.ruleUse(session.bestEver)) used.add(rule);
      }
      const idle = fusions.filter(({ name }) => !used.has(name));
      if (idle.length > 0)
        throw new Fault(
          `no reference program is cheaper by ${idle.map(({ name }) => `\`${name}\``).join(", ")}`,
          "add a program that is, in the option `programs`; mend the costs of what the rule makes; or drop the rule",
        );
    },
  );

  list.add("configurations have costs", "settings are chosen by them", () => {
    for (const { name, graph } of referencePrograms("usual")) {
      const space = backend().configurations?.(graph);
      if (!space) continue;
      const first = space.choices.map(() => 0);
      const last = space.choices.map(({ values }) => values.length - 1);
      for (const setting of [first, last]) {
        const cost = space.cost(setting);
        if (!(typeof cost === "number" && cost >= 0))
          throw new Fault(
            `the configuration ${setting} of the ${name} costs ${fingerprint(cost)}`,
            "answer a number ≥ 0, or Infinity for a setting that cannot be",
          );
      }
    }
  });

  if (safely(() => backend().run) === undefined) return list.checks;

  list.add(
    "run agrees with the reference semantics",
    "it is what `rank` and users rely on",
    async (warn) => {
      const findings: RunFindings = {
        wrong: new Map(),
        hangs: false,
        ran: new Set(),
        refused: new Set(),
      };
      for (const { ops } of dialects()) {
        const trials = Object.entries(ops).flatMap(([name, op]) => {
          if (!op.evaluate || op.impure) return [];
          const found = applicationsOf(name, op, options.runs ?? 50, applications[name]);
          return found.flatMap((application) => trialOf(name, op, application) ?? []);
        });
        const { costModel } = backend();
        const reachable = trials.filter(
          ({ name, application: { attrs }, node }) =>
            costModel.cost({ op: name, attrs, ...node }) < Infinity,
        );
        await runAll(backend(), reachable, patience, findings);
      }
      const [first] = findings.wrong.values();
      const others = [...findings.wrong.keys()].slice(1);
      const more = others.length > 0 ? `; and something alike of ${others.join(", ")}` : "";
      if (first !== undefined)
        throw new Fault(
          first + more,
          "mend the kernel; price what it cannot do at Infinity; or say why it differs, in the option `differs`",
        );
      for (const [name, how] of Object.entries(options.differs ?? {}))
        warn(`${name} was not run, since the target differs: ${how}`);
      const refused = [...findings.refused].filter((name) => !findings.ran.has(name));
      if (refused.length > 0)
        warn(`run refused all applications of ${refused.join(", ")}: price these at Infinity`);
    },
  );

  list.add("run comes to an end", "a run that hangs takes everything with it", async () => {
    const [program] = referencePrograms("small");
    const { graph } = program as ReferenceProgram;
    const outcome = await within(patience, ran(backend(), graph, inputsOf(graph)));
    if (outcome === "hangs")
      throw new Fault(
        `${backend().name}: a program of ${graph.nodes.length} small nodes has not run within ${patience / 1000} s`,
        "reject when the target does not answer",
      );
  });

  list.add("run heeds its signal", "Ctrl-C is to work while it runs", async (warn) => {
    const [program] = referencePrograms("small");
    const { graph } = program as ReferenceProgram;
    const late = await settlesAfterAbort(
      (signal) => backend().run?.(graph, inputsOf(graph), signal),
      TEARDOWN,
    );
    if (late === Infinity)
      throw new Fault(
        `run goes on for more than ${TEARDOWN} ms after its signal`,
        "look at `signal.aborted` between steps, and pass the signal on",
      );
    if (late > 100) warn(`run goes on for ${Math.round(late)} ms after its signal: 100 are wanted`);
  });

  list.add("errors name the plugin", "who reads one has several plugins", async () => {
    const [program] = referencePrograms("small");
    const outcome = await within(patience, ran(backend(), (program as ReferenceProgram).graph, []));
    if (outcome === "hangs") return; // that is another check's affair
    if (!(outcome instanceof Error))
      throw new Fault(
        "a program that takes inputs runs without any",
        "refuse inputs that are too few, by an Error",
      );
    if (!outcome.message.includes(backend().name))
      throw new Fault(
        `an error says “${outcome.message}”, and not that \`${backend().name}\` says so`,
        "begin messages with the plugin's name",
      );
  });

  return list.checks;
}

function everything({ programs = [] }: BackendOptions): readonly ReferenceProgram[] {
  return [...referencePrograms("usual"), ...programs];
}

const sessions = new WeakMap<Backend, Map<string, Promise<GrowthSession>>>();

/** A session that has grown from the program under the backend's own rules; remembered, since several checks look at it. */
function grown(
  graph: Graph,
  backend: Backend,
  dialects: readonly Dialect[],
  rules: readonly Rule[],
): Promise<GrowthSession> {
  const own = sessions.get(backend) ?? new Map<string, Promise<GrowthSession>>();
  sessions.set(backend, own);
  const key = fingerprint([graph.inputs, graph.nodes]);
  const known = own.get(key);
  if (known) return known;
  const grow = async (): Promise<GrowthSession> => {
    const { costModel } = backend;
    const session = growth({ graph, rules, dialects, costModel, budget: BUDGET });
    await session.run(saturate());
    return session;
  };
  const made = grow();
  own.set(key, made);
  return made;
}

/** What running the trials showed. */
interface RunFindings {
  /** What differs from the reference semantics, by operator. */
  readonly wrong: Map<string, string>;
  /** A run did not come to its end: another check says so. */
  hangs: boolean;
  /** Operators of which something ran, and of which something was refused. */
  readonly ran: Set<string>;
  readonly refused: Set<string>;
}

/** Runs the trials as one program; where that is refused, as two of half the size. */
async function runAll(
  backend: Backend,
  trials: readonly Trial[],
  patience: number,
  findings: RunFindings,
): Promise<void> {
  if (trials.length === 0 || findings.hangs) return;
  const { graph, inputs } = programOf(trials);
  const results = await within(patience, ran(backend, graph, inputs));
  if (results === "hangs") {
    findings.hangs = true;
  } else if (!(results instanceof Error)) {
    for (const trial of trials) findings.ran.add(trial.name);
    let at = 0;
    for (const { name, application, expected } of trials) {
      for (const [i, array] of expected.entries()) {
        const wrong = unlike(array, results[at++]);
        const said = showApplication(name, typesOf(application), application.attrs);
        if (wrong !== undefined && !findings.wrong.has(name))
          findings.wrong.set(name, `of result ${i} of ${said}: ${wrong}`);
      }
    }
  } else if (trials.length === 1) {
    findings.refused.add((trials[0] as Trial).name);
  } else {
    const half = trials.length >> 1;
    await runAll(backend, trials.slice(0, half), patience, findings);
    await runAll(backend, trials.slice(half), patience, findings);
  }
}

async function ran(
  backend: Backend,
  graph: Graph,
  inputs: readonly NdArray[],
): Promise<readonly NdArray[] | Error> {
  try {
    return (await backend.run?.(graph, inputs, new AbortController().signal)) ?? [];
  } catch (caught) {
    return caught instanceof Error ? caught : new Error(String(caught));
  }
}

async function within<T>(ms: number, work: Promise<T>): Promise<T | "hangs"> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<"hangs">((resolve) => {
    timer = setTimeout(() => resolve("hangs"), ms);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}

function safely<T>(call: () => T): T | undefined {
  try {
    return call();
  } catch {
    return undefined;
  }
}
