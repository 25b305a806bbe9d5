// Names that every JavaScript object has, as the name of everything that can be named.
import type { Dialect, OpDef } from "@rewright/plugin";
import { describe, expect, test } from "vitest";
import {
  checkRule,
  compileRules,
  formatRules,
  fromJson,
  parseRules,
  printRules,
  toJson,
} from "../src/index.ts";
import { tiny } from "./tiny.ts";
import { withoutPlaces } from "./tree.ts";

const unary: OpDef = { operands: [{ name: "a" }], infer: ([type]) => (type ? [type] : []) };

describe.each(["__proto__", "constructor", "toString", "hasOwnProperty", "valueOf"])(
  "%s",
  (name) => {
    const own = <T>(value: T): Readonly<Record<string, T>> => Object.fromEntries([[name, value]]);
    const other: Dialect = {
      kind: "dialect",
      spec: 1,
      name: "other",
      ops: { Other: { ...unary, attrs: own({ type: "int" as const, default: 0 }) } },
    };
    const functions: Dialect = { ...other, functions: own(() => true) };
    const operators: Dialect = { kind: "dialect", spec: 1, name, ops: own(unary) };
    const text = `import ${name} from "dialect:other"

sort ${name}

op ${name}(${name}: ${name}; x: Int = 0)                    -> ${name}
op f(...${name}: ${name}; y: "${name}" | "b" = "${name}")   -> ${name}

rules ${name} #${name} {
  ${name}:  f(...${name}(xs))  =>  f(...xs)   #${name}
  one:  ${name}(x; x = i)  =>  f(y)   where y = f(x, x)   when i == 0
  two:  Other(x; ${name} = v)  =>  x   when v == 1
}

schedule ${name}: saturate(${name})

test "${name}" {
  given ${name}2: ${name}
  using ${name}
  prove  ${name}2 == ${name}2
}

check ${name}
`;

    test("parses, prints and survives JSON", () => {
      const { module, diagnostics } = parseRules({ file: "f", text });
      expect(diagnostics).toEqual([]);
      expect(fromJson(JSON.parse(JSON.stringify(toJson(module))))).toEqual(module);
      const laidOut = formatRules({ file: "f", text }).text;
      expect(formatRules({ file: "f", text: laidOut }).text).toBe(laidOut);
      const printed = parseRules({ file: "f", text: printRules(module) }).module;
      expect(withoutPlaces(printed)).toEqual(withoutPlaces(module));
    });

    test("is the name of a sort, operators, operands, attributes, rulesets, rules, tags and functions", () => {
      const { rules, declared } = compileRules([{ file: `${name}.rules`, text }], {
        dialects: [other],
      });
      expect(rules.map((rule) => [rule.name, rule.tags[0]])).toEqual([
        [`${name}.${name}`, name],
        [`${name}.one`, name],
        [`${name}.two`, name],
      ]);
      expect(Object.keys(declared)).toEqual([name, "f"]);
    });

    test("is the name of variables, abbreviations and functions", () => {
      const source = `import other from "dialect:other"
rules r {
  variable:  Other(Other(${name}))  =>  Other(${name})
  value:     Other(Relu(x); ...${name})  =>  Other(x; ...${name})
  short:     Other(${name})  =>  x   where ${name} = Other(Other(x))
  macro:     Other(${name}(x))  =>  Relu(x)   where ${name}(${name}) = Other(${name})
  function:  Relu(Relu(x))  =>  Relu(x)   when ${name}(x)
}`;
      const dialect = { ...functions, ops: { ...functions.ops, Relu: unary } };
      const { rules } = compileRules([{ file: "f", text: source }], { dialects: [dialect] });
      expect(rules.length).toBe(5);
    });

    test("is the name of a dialect and of its operators", () => {
      const source = `import ${name} from "dialect:${name}"\nrules r { twice: ${name}(${name}(x)) => ${name}(x) }`;
      const { rules } = compileRules([{ file: "f", text: source }], { dialects: [operators] });
      expect(rules.map((rule) => rule.name)).toEqual(["r.twice"]);
    });

    test("is the name of attributes that are matched, built and computed with", () => {
      const source = `import tiny from "dialect:tiny"
op f(a: Tensor[...s]; ${name}: Int = 2)   -> Tensor[...s]   := Mul(a, ${name})
rules r {
  default:  f(f(x))  =>  f(x; ${name} = 4)
  value:    f(Neg(x); ${name} = i)  =>  Neg(f(x; ${name} = i))
  rest:     f(Neg(x); ...${name})  =>  Neg(f(x; ...${name}))
}`;
      const set = compileRules([{ file: "f", text: source }], { dialects: [tiny] });
      const declared: Dialect = { kind: "dialect", spec: 1, name: "own", ops: set.declared };
      for (const rule of set.rules)
        expect(checkRule(rule, { dialects: [tiny, declared], samples: 20 })).toMatchObject({
          verdict: "ok",
        });
    });

    test("is not known where nobody declares it", () => {
      const source = `import other from "dialect:plain"\nrules r { twice: ${name}(x) => x when ${name}(x) }\ncheck ${name}`;
      const plain: Dialect = { kind: "dialect", spec: 1, name: "plain", ops: { Other: unary } };
      expect(() => compileRules([{ file: "f", text: source }], { dialects: [plain] })).toThrow(
        /R0101[\s\S]*R0407[\s\S]*R0107/,
      );
    });
  },
);
