import type { Rule } from "@rewright/dsl";
import type { RuleInfo } from "@rewright/plugin";

/** The rules of a session as strategies see them. Throws an Error when two have one name. */
export function ruleList(rules: readonly Rule[]): readonly RuleInfo[] {
  const names = new Set<string>();
  for (const { name } of rules) {
    if (names.has(name))
      throw new Error(
        `two rules are called \`${name}\`; rename one, so that reports can tell them apart`,
      );
    names.add(name);
  }
  const list = rules.map(({ name, ruleset, tags, growing }) =>
    Object.freeze({ name, ruleset, tags, growing }),
  );
  return Object.freeze(list);
}
