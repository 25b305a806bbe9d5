import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { breaches, floors, packages } from "../tools/floors.ts";

const root = join(import.meta.dirname, "..");

test("the tree keeps to its floors", () => {
  expect(breaches(root)).toEqual([]);
});

test("each floor named is there", () => {
  expect(
    packages(root)
      .map((p) => p.manifest.name)
      .sort(),
  ).toEqual(floors.flat().sort());
});

describe("a deliberate breach is found", () => {
  const tree = (files: Readonly<Record<string, unknown>>): string => {
    const dir = mkdtempSync(join(tmpdir(), "floors-"));
    onTestFinished(() => rmSync(dir, { recursive: true }));
    for (const [path, content] of Object.entries(files)) {
      mkdirSync(dirname(join(dir, path)), { recursive: true });
      writeFileSync(
        join(dir, path),
        typeof content === "string" ? content : JSON.stringify(content),
      );
    }
    return dir;
  };
  const dsl = {
    "packages/dsl/package.json": { name: "@rewright/dsl" },
    "packages/dsl/tsconfig.json": {},
  };

  test("a sound tree has none", () => {
    expect(breaches(tree({ ...dsl, "packages/dsl/src/index.ts": 'import "./a.ts";' }))).toEqual([]);
  });
  test("a dependency upwards", () => {
    const files = {
      ...dsl,
      "packages/dsl/package.json": {
        name: "@rewright/dsl",
        dependencies: { "@rewright/search": "*" },
      },
      "packages/dsl/tsconfig.json": { references: [{ path: "../search" }] },
      "packages/search/package.json": { name: "@rewright/search" },
    };
    expect(breaches(tree(files))).toEqual([
      "@rewright/dsl depends on @rewright/search, which is not below it",
    ]);
  });
  test("a plugin that knows more than a third party could", () => {
    const files = {
      "packages/dsl/package.json": { name: "@rewright/dsl" },
      "packages/cpu/package.json": {
        name: "@rewright/backend-cpu",
        dependencies: { "@rewright/dsl": "*" },
      },
      "packages/cpu/tsconfig.json": { references: [{ path: "../dsl" }] },
    };
    expect(breaches(tree(files))).toEqual(["@rewright/backend-cpu may not know @rewright/dsl"]);
  });
  test("an undeclared import, even of a type", () => {
    const text = 'import type { Session } from "@rewright/search";';
    expect(breaches(tree({ ...dsl, "packages/dsl/src/a.ts": text }))).toEqual([
      "packages/dsl/src/a.ts imports @rewright/search, which @rewright/dsl does not declare",
    ]);
  });
  test("a relative import into another package", () => {
    const text = 'export { x } from "../../search/src/index.ts";';
    expect(breaches(tree({ ...dsl, "packages/dsl/src/a.ts": text }))).toEqual([
      "packages/dsl/src/a.ts reaches into another package: ../../search/src/index.ts",
    ]);
  });
  test("Node in the engine, which runs in browsers", () => {
    const files = {
      "packages/egraph/package.json": { name: "egraph-ts" },
      "packages/egraph/src/a.ts": 'const fs = await import("node:fs");',
    };
    expect(breaches(tree(files))).toEqual([
      "packages/egraph/src/a.ts imports node:fs; it must run anywhere",
    ]);
  });
  test("a package without a floor, references that are not the dependencies", () => {
    const files = {
      "packages/x/package.json": { name: "@rewright/core" },
      "packages/dsl/package.json": { name: "@rewright/dsl" },
      "packages/dsl/tsconfig.json": { references: [{ path: "../x" }] },
    };
    expect(breaches(tree(files))).toEqual([
      "@rewright/dsl: the references of tsconfig.json are not its dependencies",
      "@rewright/core has no floor",
    ]);
  });
});
