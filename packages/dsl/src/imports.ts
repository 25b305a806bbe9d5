/**
 * What a file imports, without reading the rest of it.
 *
 * @module
 */

import type { RuleFile } from "@rewright/plugin";
import { Item } from "./item.ts";
import { lex, withoutMark } from "./lexer.ts";
import { outline } from "./outline.ts";
import { type Imported, importsOf } from "./scope.ts";
import type { ImportDecl } from "./syntax.ts";

/** What a rule file imports besides dialects, as far as it can be read. Never throws. */
export function readImports(source: RuleFile): readonly Imported[] {
  const { file } = source;
  const text = withoutMark(source.text);
  const declarations = outline(lex(source)).flatMap((section): readonly ImportDecl[] => {
    if (section.kind !== "import") return [];
    const { tree } = new Item({ file, text }, "import", section);
    return tree?.kind === "import" ? [tree] : [];
  });
  return importsOf({ file, declarations });
}
