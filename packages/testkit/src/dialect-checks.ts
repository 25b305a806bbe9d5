/**
 * What a dialect must do.
 *
 * @module
 */

import {
  checkRule,
  compileRules,
  parseRules,
  printRules,
  type Rule,
  RuleError,
} from "@rewright/dsl";
import type { Attr, AttrType, Dialect, OpDef, RuleFile, TensorType, Term } from "@rewright/plugin";
import { onnx } from "@rewright/tensor";
import { showApplication, showType } from "./array-type.ts";
import { type Check, Checklist, Fault } from "./check.ts";
import { unlike } from "./closeness.ts";
import { fingerprint } from "./fingerprint.ts";
import { type Application, applicationsOf, isDim, resultsOf, typesOf } from "./operator-samples.ts";
import { addPluginChecks, type Factory, type KitOptions, lazily } from "./plugin-checks.ts";

/** How thoroughly a dialect is checked. */
export interface DialectOptions extends KitOptions {
  /** Random applications of each operator; 200 unless said. */
  readonly samples?: number;
  /** Applications by operator, for those that guessing does not find: lists of strings that must parse, sizes that must agree. */
  readonly applications?: Readonly<Record<string, readonly Application[]>>;
  /** The rule files that ship with the dialect. */
  readonly rules?: readonly RuleFile[];
  /** Further dialects that its rules speak of, besides ONNX's. */
  readonly dialects?: readonly Dialect[];
}

/** The checks of a dialect: `for (const c of dialectChecks(() => mine())) test(c.name, c.run)`. */
export function dialectChecks(
  make: Factory<Dialect>,
  options: DialectOptions = {},
): readonly Check[] {
  const list = new Checklist("dialect");
  const dialect = lazily(make, options.given);
  const samples = options.samples ?? 200;

  const applications = (name: string, op: OpDef): readonly Application[] =>
    applicationsOf(name, op, samples, options.applications?.[name]);
  /** Calls `look` with every operator. @throws the first fault, naming the other operators that have one */
  const each = (look: (name: string, op: OpDef) => void): void => {
    const faults = new Map<string, Fault>();
    for (const [name, op] of Object.entries(dialect().ops)) {
      try {
        look(name, op);
      } catch (caught) {
        if (!(caught instanceof Fault)) throw caught;
        faults.set(name, caught);
      }
    }
    const [first] = faults.values();
    if (!first) return;
    const others = [...faults.keys()].slice(1);
    const more = others.length > 0 ? `; and something alike of ${others.join(", ")}` : "";
    throw new Fault(first.message + more, first.mend, { cause: first.cause });
  };

  addPluginChecks(list, "dialect", make, options, (plugin) => {
    const few = Object.entries(plugin.ops).slice(0, 20);
    return fingerprint(few.map(([name, op]) => inferAll(op, applicationsOf(name, op, 3))));
  });

  list.add("declares its operators", "hosts complete attributes by what is declared", () => {
    each((name, op) => {
      for (const [attr, { type, default: value }] of Object.entries(op.attrs ?? {}))
        if (value !== undefined && !isOfType(value, type))
          throw new Fault(
            `the default of \`${attr}\` of ${name}, ${fingerprint(value)}, is no ${String(type)}`,
            "give a default of the declared type",
          );
      const at = op.operands.findIndex(({ variadic }) => variadic);
      if (at >= 0 && at < op.operands.length - 1)
        throw new Fault(
          `operand ${at + 1} of ${name} is variadic, and others follow`,
          "let only the last operand be variadic",
        );
    });
  });

  list.add(
    "names can be written in rules",
    "an operator that no rule can name has no rules",
    () => {
      each((name, op) => writable(dialect(), name, op));
    },
  );

  list.add("its operators can be tried", "what is not tried is not checked", (warn) => {
    each((name, op) => {
      if (op.impure || applications(name, op).length > 0) return;
      warn(`guessing found no application of ${name}: give some in the option \`applications\``);
    });
  });

  list.add("infer is pure", "types are inferred in any order, and remembered", () => {
    each((name, op) => {
      const found = applications(name, op).slice(0, 20);
      const first = inferAll(op, found);
      for (const [i, application] of found.entries()) {
        const types = structuredClone(typesOf(application));
        const attrs = structuredClone(application.attrs);
        const before = fingerprint([types, attrs]);
        const again = fingerprint(attempt(() => op.infer(types, attrs, application.count)));
        const said = showApplication(name, types, attrs);
        if (fingerprint([types, attrs]) !== before)
          throw new Fault(`${said} changes what it is given`, "copy before you change anything");
        if (again !== first[i])
          throw new Fault(
            `${said} is ${first[i]} at one time and ${again} at another`,
            "let `infer` depend on nothing but its arguments",
          );
      }
    });
  });

  list.add("infer agrees with evaluate", "rules are checked, and constants folded, by both", () => {
    each((name, op) => {
      if (!op.evaluate) return;
      let failed: unknown;
      let computed = 0;
      for (const application of applications(name, op)) {
        const { operands, attrs, count } = application;
        let results: ReturnType<NonNullable<OpDef["evaluate"]>>;
        try {
          results = op.evaluate(operands, attrs, count);
        } catch (caught) {
          failed = caught; // indices out of range, say: contents may be wrong where types are right
          continue;
        }
        computed++;
        const types = attempt(() => op.infer(typesOf(application), attrs, count));
        const said = showApplication(name, typesOf(application), attrs);
        const wrong = disagreement(types, results, count);
        if (wrong !== undefined)
          throw new Fault(`${said}: ${wrong}`, "mend whichever of the two is wrong");
      }
      if (failed !== undefined && computed === 0)
        throw new Fault(
          `${name} cannot be computed on any application that \`infer\` takes: ${String(failed)}`,
          "let `infer` refuse what `evaluate` cannot do, or leave `evaluate` out",
          { cause: failed },
        );
    });
  });

  list.add("evaluate is pure", "constants are folded once, and shared", () => {
    each((name, op) => {
      if (!op.evaluate || op.impure) return;
      for (const { operands, attrs, count } of applications(name, op).slice(0, 10)) {
        const given = structuredClone(operands);
        const before = fingerprint(given);
        const compute = () => attempt(() => op.evaluate?.(given, attrs, count));
        const first = fingerprint(compute());
        const mend = "write to arrays of your own, and draw no random numbers";
        if (fingerprint(given) !== before)
          throw new Fault(`evaluating ${name} changes its operands`, mend);
        if (fingerprint(compute()) !== first)
          throw new Fault(`evaluating ${name} twice gives two results`, mend);
      }
    });
  });

  list.add("ill-shaped applications are a ShapeError", "hosts try, and catch just that", () => {
    each((name, op) => {
      for (const application of applications(name, op).slice(0, 12)) {
        for (const [types, attrs] of spoiled(typesOf(application), application.attrs)) {
          const error = thrown(() => op.infer(types, attrs, application.count));
          if (error === undefined || isShapeError(error)) continue;
          throw new Fault(
            `${showApplication(name, types, attrs)} throws ${String(error)}, which is no ShapeError`,
            'throw an Error whose `name` is "ShapeError" wherever operands or attributes do not fit',
            { cause: error },
          );
        }
      }
    });
  });

  list.add("dimensions are sizes or names", "NaN spreads through every shape behind it", () => {
    each((name, op) => {
      for (const application of applicationsAndGuesses(applications(name, op))) {
        const types = attempt(() => op.infer(...application));
        if (!Array.isArray(types)) continue;
        const wrong = (types as TensorType[]).find(({ shape }) => !shape?.every(isDim));
        if (wrong)
          throw new Fault(
            `${showApplication(name, application[0], application[1])} is ${showType(wrong)}`,
            "a dimension is a whole number from 0, or a name; refuse all else with a ShapeError",
          );
      }
    });
    const wild = unguessable(dialect());
    if (wild) throw wild;
  });

  list.add("open sizes pass through", "a batch called N must stay N through a whole model", () => {
    each((name, op) => {
      let refused: unknown;
      let taken = 0;
      for (const application of applications(name, op).slice(0, 20)) {
        const types = typesOf(application).map((type) => type && opened(type));
        if (types.every((type) => type?.shape.every((dim) => typeof dim === "number") ?? true))
          continue;
        const closed = attempt(() =>
          op.infer(typesOf(application), application.attrs, application.count),
        );
        if (!Array.isArray(closed)) continue;
        const said = showApplication(name, types, application.attrs);
        try {
          const open = op.infer(types, application.attrs, application.count);
          taken++;
          const wrong = contradiction(open, closed as readonly TensorType[]);
          if (wrong !== undefined)
            throw new Fault(
              `${said}: ${wrong}`,
              "carry names through, and answer with a name of its own (`?`) where a size is not known",
            );
        } catch (caught) {
          if (caught instanceof Fault) throw caught;
          if (!isShapeError(caught))
            throw new Fault(
              `${said} throws ${String(caught)}, which is no ShapeError`,
              "expect names where sizes are",
              { cause: caught },
            );
          refused = `${said} is refused: ${caught.message}`;
        }
      }
      if (refused !== undefined && taken === 0)
        throw new Fault(String(refused), "take a name for what it may be: any size of at least 1");
    });
  });

  list.add("commutative operators commute", "both orders become one node", () => {
    each((name, op) => {
      if (!op.commutative || !op.evaluate) return;
      for (const { operands, attrs, count } of applications(name, op)) {
        const [a, b, ...more] = operands;
        const one = attempt(() => op.evaluate?.([a, b, ...more], attrs, count)?.[0]);
        const other = attempt(() => op.evaluate?.([b, a, ...more], attrs, count)?.[0]);
        if (typeof one !== "object" || typeof other !== "object" || !("data" in one)) continue;
        const wrong = unlike(one, "data" in other ? other : undefined);
        if (wrong !== undefined)
          throw new Fault(
            `${name} is declared commutative, but with its operands swapped ${wrong}`,
            "leave `commutative` out",
          );
      }
    });
  });

  list.add(
    "undeclared attributes are refused",
    "a misspelt attribute is else lost in silence",
    (warn) => {
      const silent: string[] = [];
      each((name, op) => {
        const [application] = applications(name, op);
        if (!application) return;
        const attrs = { ...application.attrs, no_such_attribute: 1 };
        const error = thrown(() => op.infer(typesOf(application), attrs, application.count));
        if (error === undefined) silent.push(name);
      });
      if (silent.length > 0)
        warn(
          `${silent.slice(0, 5).join(", ")}${silent.length > 5 ? ` and ${silent.length - 5} more` : ""} take an attribute that they do not declare: throw a ShapeError`,
        );
    },
  );

  list.add(
    "functions answer undefined to the unknown",
    "one that throws ends a whole search",
    () => {
      for (const [name, call] of Object.entries(dialect().functions ?? {})) {
        for (const args of strangeArguments) {
          const error = thrown(() => call(...args));
          if (error !== undefined)
            throw new Fault(
              `${name}(${args.map((arg) => fingerprint(arg)).join(", ")}) throws ${String(error)}`,
              "return `undefined` for what is not known",
              { cause: error },
            );
        }
      }
    },
  );

  const { rules } = options;
  if (rules) {
    list.add("the rules it ships hold", "a wrong rule makes wrong models", () => {
      const dialects = [onnx, dialect(), ...(options.dialects ?? [])];
      checkRules(compiled(rules, dialects).rules, dialects, options.samples ?? 20);
    });
  }

  return list.checks;
}

/** Runs each rule against the reference semantics. @throws Fault */
export function checkRules(
  rules: readonly Rule[],
  dialects: readonly Dialect[],
  samples: number,
): void {
  for (const rule of rules) {
    const result = checkRule(rule, { dialects, samples: Math.min(samples, 20), seed: 5 });
    if (result.verdict === "counterexample")
      throw new Fault(
        `${rule.file}:${rule.line}: ${result.message}`,
        "ask for more in `when`, or mend a side; `rewright check` shows the counterexample in full",
      );
    if (result.verdict === "vacuous")
      throw new Fault(
        `${rule.file}:${rule.line}: \`${rule.name}\` never applies: ${result.message}`,
        "look for a condition too many",
      );
  }
}

/** Rule files, compiled. @throws Fault that says what the compiler says */
export function compiled(
  files: readonly RuleFile[],
  dialects: readonly Dialect[],
): ReturnType<typeof compileRules> {
  try {
    return compileRules(files, { dialects });
  } catch (caught) {
    if (!(caught instanceof RuleError)) throw caught;
    throw new Fault(
      caught.message,
      "name only operators and functions of ONNX, of the plugin's own dialects, and of the files themselves",
      { cause: caught },
    );
  }
}

function inferAll(op: OpDef, applications: readonly Application[]): string[] {
  return applications.map((application) =>
    fingerprint(
      attempt(() =>
        op.infer(typesOf(application), structuredClone(application.attrs), application.count),
      ),
    ),
  );
}

/** What a call gives, or that it throws. */
function attempt<T>(call: () => T): T | string {
  try {
    return call();
  } catch (caught) {
    return `an error (${caught instanceof Error ? caught.message : String(caught)})`;
  }
}

function thrown(call: () => unknown): unknown {
  try {
    call();
    return undefined;
  } catch (caught) {
    return caught ?? new Error("nothing");
  }
}

function isShapeError(error: unknown): error is Error {
  return error instanceof Error && error.name === "ShapeError";
}

function disagreement(
  types: readonly TensorType[] | string,
  results: readonly { dtype: string; shape: readonly number[]; data: ArrayLike<unknown> }[],
  count: number,
): string | undefined {
  if (typeof types === "string") return `infer gives ${types}, evaluate ${results.length} results`;
  if (types.length < count || results.length < count)
    return `of ${count} results asked for, infer gives ${types.length}, evaluate ${results.length}`;
  for (const [i, type] of types.slice(0, count).entries()) {
    const result = results[i];
    if (!result || type.dtype === "unknown") continue;
    const isSame =
      type.dtype === result.dtype &&
      type.shape.length === result.shape.length &&
      type.shape.every((dim, axis) => typeof dim === "string" || dim === result.shape[axis]);
    if (!isSame)
      return `result ${i} is ${showType(type)} by infer, ${showType(result as TensorType)} by evaluate`;
    const elements = result.shape.reduce((product, dim) => product * dim, 1);
    if (result.data.length !== elements)
      return `result ${i} has ${result.data.length} elements in a shape of ${elements}`;
  }
  return undefined;
}

/** Sizes get names: `N3` for every 3. Elements of lists stay. */
function opened(type: TensorType): TensorType {
  if (type.value) return type;
  const shape = type.shape.map((dim) => (typeof dim === "number" && dim > 1 ? `N${dim}` : dim));
  return { dtype: type.dtype, shape };
}

/** What open sizes say that the sizes deny. */
function contradiction(
  open: readonly TensorType[],
  closed: readonly TensorType[],
): string | undefined {
  for (const [i, type] of closed.entries()) {
    const other = open[i];
    if (!other) return `result ${i} is missing`;
    if (other.dtype === "unknown") continue;
    const isSame =
      other.shape.length === type.shape.length &&
      other.shape.every((dim, axis) => {
        if (typeof dim === "number") return dim === type.shape[axis];
        const named = /^N(\d+)$/.exec(dim);
        return named ? Number(named[1]) === type.shape[axis] : isDim(dim);
      });
    if (!isSame)
      return `result ${i} is ${showType(other)}, but ${showType(type)} where the sizes are known`;
  }
  return undefined;
}

type Call = Parameters<OpDef["infer"]>;

/** The applications, and variations of them that may be ill-shaped. */
function* applicationsAndGuesses(applications: readonly Application[]): Generator<Call> {
  for (const application of applications.slice(0, 12)) {
    const types = typesOf(application);
    yield [types, application.attrs, application.count];
    for (const [spoilt, attrs] of spoiled(types, application.attrs))
      yield [spoilt, attrs, application.count];
  }
}

/** Dimensions that guessing never gets to see, because it takes only what inference answers soundly. */
function unguessable(dialect: Dialect): Fault | undefined {
  for (const [name, op] of Object.entries(dialect.ops)) {
    for (const shape of [[], [2], [2, 3], [1, 4, 5, 6]] as const) {
      const types = op.operands.map((): TensorType => ({ dtype: "f32", shape }));
      const found = attempt(() => op.infer(types, {}, resultsOf(op)));
      if (typeof found === "string" || !Array.isArray(found)) continue;
      const wrong = found.find((type) => !type?.shape?.every(isDim));
      if (wrong)
        return new Fault(
          `${showApplication(name, types, {})} is ${showType(wrong)}`,
          "a dimension is a whole number from 0, or a name; refuse all else with a ShapeError",
        );
    }
  }
  return undefined;
}

/** What no operator should take, or what it may take: either way without another error than a ShapeError. */
function* spoiled(
  types: readonly (TensorType | undefined)[],
  attrs: Readonly<Record<string, Attr>>,
): Generator<readonly [readonly (TensorType | undefined)[], Readonly<Record<string, Attr>>]> {
  yield [[], attrs];
  yield [types.slice(0, -1), attrs];
  yield [types.map(() => undefined), attrs];
  for (const [i, type] of types.entries()) {
    if (!type) continue;
    const other = (changed: TensorType) => types.with(i, changed);
    yield [other({ dtype: type.dtype, shape: [] }), attrs];
    yield [other({ dtype: type.dtype, shape: [...type.shape, 3] }), attrs];
    yield [other({ dtype: type.dtype, shape: type.shape.map((dim) => Number(dim) + 1) }), attrs];
    yield [other({ dtype: type.dtype, shape: type.shape.map(() => 0) }), attrs];
    yield [other({ ...type, dtype: type.dtype === "string" ? "f32" : "string" }), attrs];
    if (type.value) yield [other({ dtype: type.dtype, shape: type.shape }), attrs];
  }
  for (const [name, value] of Object.entries(attrs)) {
    const { [name]: _, ...without } = attrs;
    yield [types, without];
    if (typeof value === "number") {
      yield [types, { ...attrs, [name]: 99 }];
      yield [types, { ...attrs, [name]: -99 }];
    } else if (typeof value === "string") yield [types, { ...attrs, [name]: "no such thing" }];
    else if (Array.isArray(value)) yield [types, { ...attrs, [name]: [] }];
  }
}

const unknown: Term = { term: true, dtype: "unknown", shape: [], constant: false };
const open: Term = { term: true, dtype: "f32", shape: ["N", "?"], constant: false };
const known: Term = {
  ...{ term: true, dtype: "i64", shape: [2], value: [2, 3], constant: true },
  contents: { dtype: "i64", shape: [2], data: BigInt64Array.of(2n, 3n) },
};
const answers: readonly (Term | Attr)[] = [
  ...[unknown, open, known],
  ...[0, -7, 2.5, Number.NaN, 2n ** 70n, "", "x", true],
  ...[[], [1, 2], ["a"], [[1]]],
];
/** No arguments, one of each kind, and pairs and triples of them. */
const strangeArguments: readonly (readonly (Term | Attr)[])[] = [
  [],
  ...answers.map((a) => [a]),
  ...answers.flatMap((a) => answers.map((b) => [a, b])),
  ...answers.flatMap((a) => answers.map((b) => [a, b, a])),
];

const scalars: Readonly<Record<string, (value: unknown) => boolean>> = {
  int: (value) => Number.isSafeInteger(value) || typeof value === "bigint",
  axis: (value) => Number.isSafeInteger(value),
  float: (value) => typeof value === "number",
  string: (value) => typeof value === "string",
  dtype: (value) => typeof value === "string",
  tensor: (value) => typeof value === "object" && value !== null && "data" in value,
};
const items: Readonly<Record<string, string>> = {
  ...{ ints: "int", axes: "axis", floats: "float", strings: "string" },
};

function isOfType(value: Attr, type: AttrType): boolean {
  if (typeof type !== "string") return typeof value === "string" && type.includes(value);
  const item = items[type];
  if (item !== undefined)
    return Array.isArray(value) && value.every((each) => scalars[item]?.(each) === true);
  return scalars[type]?.(value) === true;
}

/** Whether a rule about the operator can be written, printed and read again. */
function writable(dialect: Dialect, name: string, op: OpDef): void {
  const bare = name.slice(name.lastIndexOf(".") + 1);
  const mend =
    "name operators by letters, digits and underscores, behind a domain where there is one";
  if (!/^[A-Za-z_]\w*$/.test(bare)) throw new Fault(`no rule can name the operator ${name}`, mend);
  const operands = op.operands.map((_, i) => `x${i}`).join(", ");
  const text = `import { ${bare} } from "dialect:${dialect.name}"\nrules probe {\n  same: ${bare}(${operands}) => ${bare}(${operands})\n}\n`;
  const source = { file: "probe.rules", text };
  const { module, diagnostics } = parseRules(source);
  const wrong = diagnostics.find(({ severity }) => severity === "error");
  if (wrong) throw new Fault(`no rule can name the operator ${name}: ${wrong.message}`, mend);
  const printed = printRules(module);
  const again = printRules(parseRules({ file: "probe.rules", text: printed }).module);
  if (again !== printed) throw new Fault(`${name} does not print and parse back`, mend);
}
