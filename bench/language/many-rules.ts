// A rule file of any size, made of the shipped rules: each again and again, with another of its variables replaced by another operator.
import { compileRules, type Module, parseRules } from "@rewright/dsl";
import type { Dialect, RuleFile } from "@rewright/plugin";

/** Operators of one operand and no attributes, none of which the shipped rules have much to do with. */
const OPERATORS =
  "Abs Neg Exp Log Sqrt Sigmoid Tanh Erf Floor Ceil Sin Cos Tan Sinh Cosh Asin Acos Atan Asinh Acosh Atanh Sign Softplus Softsign Reciprocal Relu Round".split(
    " ",
  );

type RuleDecl = Extract<Module["declarations"][number], { kind: "rules" }>["rules"][number];

/** Operators of one's own, whose declarations speak of shapes, and rules about them. Numbered, so that there can be many. */
const family = (i: number): string => `
op linear_${i}(x: Tensor[m, k], w: Tensor[k, n]) -> Tensor[m, n]
op turned_${i}(x: Tensor[m, n]) -> Tensor[n, m]
op gate_${i}(x: Tensor[...s]) -> Tensor[...s]
op scaled_${i}(x: Tensor[...s], c: Tensor[]) -> Tensor[...s]
op sum_${i}(a: Tensor[...s], b: Tensor[...s]) -> Tensor[...s] is commutative

/// What linear_${i} and its like have in common with products of matrices.
rules family_${i} #simplify {
  twice:      turned_${i}(turned_${i}(x))  =>  x
  product:    turned_${i}(linear_${i}(x, w))  <=>  linear_${i}(turned_${i}(w), turned_${i}(x))
  gate:       turned_${i}(gate_${i}(x))  =>  gate_${i}(turned_${i}(x))
  sum:        turned_${i}(sum_${i}(a, b))  <=>  sum_${i}(turned_${i}(a), turned_${i}(b))
  scale:      turned_${i}(scaled_${i}(x, c))  =>  scaled_${i}(turned_${i}(x), c)
  factor:     linear_${i}(scaled_${i}(x, c), w)  =>  scaled_${i}(linear_${i}(x, w), c)
  distribute: linear_${i}(sum_${i}(a, b), w)  <=>  sum_${i}(linear_${i}(a, w), linear_${i}(b, w))
  shared:     linear_${i}(x, w), linear_${i}(x, v)
                =>  turned_${i}(linear_${i}(turned_${i}(w), turned_${i}(x))), linear_${i}(x, v)
              when dim(w, 1) == dim(v, 1) and rank(x) == 2
}
`;

/** Every use of a name in a rule, its label and fields apart. */
function usesOf(decl: RuleDecl, name: string): readonly number[] {
  const found: number[] = [];
  const visit = (part: unknown): void => {
    if (typeof part !== "object" || part === null) return;
    if ("kind" in part && part.kind === "name" && "name" in part && part.name === name)
      found.push((part as Partial<Record<"span", { readonly start: number }>>).span?.start ?? 0);
    Object.values(part).forEach(visit);
  };
  visit([decl.left, decl.right, decl.clauses]);
  return [...new Set(found)].sort((a, b) => b - a);
}

/** The text of a rule with a name replaced by an application to it. */
function instance(text: string, decl: RuleDecl, name: string, operator: string): string {
  let written = text.slice(decl.span.start, decl.span.end);
  for (const use of usesOf(decl, name)) {
    const at = use - decl.span.start;
    written = `${written.slice(0, at)}${operator}(${name})${written.slice(at + name.length)}`;
  }
  return written;
}

/**
 * A file of so many rules, all different: nine in ten are instances of the shipped ones, over their dialect; the others are about
 * operators that the file declares.
 */
export function manyRules(
  count: number,
  shipped: readonly RuleFile[],
  dialects: readonly Dialect[],
): string {
  const importLine = `import ${dialects[0]?.name} from "dialect:${dialects[0]?.name}"\n`;
  const compiles = (rule: string): boolean => {
    try {
      const text = `${importLine}rules r {\n${rule}\n}\n`;
      return compileRules([{ file: "r", text }], { dialects }).warnings.length === 0;
    } catch {
      return false;
    }
  };
  const sets = shipped.flatMap(({ file, text }) => {
    const { rules } = compileRules([{ file, text }], { dialects });
    return parseRules({ file, text }).module.declarations.flatMap((set) => {
      if (set.kind !== "rules") return [];
      const own = set.rules.map((decl) => {
        const found = rules.find(({ span }) => span.start === decl.span.start);
        const names = [...(found?.variables.values() ?? [])]
          .filter(({ kind, depth }) => kind === "term" && depth === 0)
          .map(({ name }) => name)
          .filter((name) => compiles(instance(text, decl, name, "Sin")));
        return { decl, names };
      });
      return [{ set, text, own }];
    });
  });
  const lines = ["/// Made by a program.", "", importLine];
  let rules = 0;
  for (let round = 0; rules < count; round++) {
    for (let i = round * 3; i < round * 3 + 3 && rules < count; i++) {
      lines.push(family(i));
      rules += 8;
    }
    for (const { set, text, own } of sets) {
      if (rules >= count) break;
      const body: string[] = [];
      for (const { decl, names } of own) {
        const name = names[Math.floor(round / OPERATORS.length)];
        if (rules >= count || name === undefined) continue;
        const operator = OPERATORS[round % OPERATORS.length] as string;
        for (const line of decl.doc === "" ? [] : decl.doc.split("\n")) body.push(`  /// ${line}`);
        body.push(`  ${instance(text, decl, name, operator)}`);
        rules++;
      }
      if (body.length === 0) continue;
      const tags = set.tags.map((tag) => ` #${tag.name}`).join("");
      lines.push(`rules ${set.name.name}_${round}${tags} {`, ...body, "}", "");
    }
  }
  return `${lines.join("\n")}\n`;
}
