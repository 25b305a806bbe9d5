import { chmodSync, mkdirSync, readdirSync, readFileSync, statSync, symlinkSync } from "node:fs";
import { expect, test } from "vitest";
import { atDesk, here } from "./cli.ts";

const untidy = "rules a{twice:Relu(Relu(x))=>Relu(x)}// done";
const tidy = "rules a {\n  twice:  Relu(Relu(x))  =>  Relu(x)\n}  // done\n";

test("a file is laid out in place, and only once", () =>
  atDesk(async (desk) => {
    const file = desk.file("a.rules", untidy);
    chmodSync(file, 0o640);
    expect(await here(["format", file])).toEqual({ code: 0, stdout: `${file}\n`, stderr: "" });
    expect(readFileSync(file, "utf8")).toBe(tidy);
    expect(statSync(file).mode & 0o777).toBe(0o640);
    expect(await here(["format", file])).toEqual({ code: 0, stdout: "", stderr: "" });
    expect(readdirSync(desk.folder)).toEqual(["a.rules"]);
  }));

test("--check writes nothing", () =>
  atDesk(async (desk) => {
    const file = desk.file("a.rules", untidy);
    const other = desk.file("b.rules", tidy);
    const run = await here(["format", "--check", file, other]);
    expect(run).toEqual({ code: 1, stdout: `${file}: not laid out\n`, stderr: "" });
    expect(readFileSync(file, "utf8")).toBe(untidy);
    expect((await here(["format", "--check", other])).code).toBe(0);
  }));

test("a folder is all its rule files, and a link the file that it names", () =>
  atDesk(async (desk) => {
    mkdirSync(desk.path("deep"));
    desk.file("deep/a.rules", untidy);
    desk.file("deep/notes.txt", untidy);
    symlinkSync(desk.path("deep/a.rules"), desk.path("link.rules"));
    expect((await here(["format", desk.folder])).code).toBe(0);
    expect(readFileSync(desk.path("deep/a.rules"), "utf8")).toBe(tidy);
    expect(readFileSync(desk.path("deep/notes.txt"), "utf8")).toBe(untidy);
  }));

test("a file with errors stays as it is, and the others are laid out", () =>
  atDesk(async (desk) => {
    const wrong = desk.file("wrong.rules", "rules a { b: x = y }");
    const file = desk.file("a.rules", untidy);
    const { code, stdout, stderr } = await here(["format", wrong, file]);
    expect([code, stdout]).toEqual([2, `${file}\n`]);
    expect(stderr).toMatch(/error\[R0001\].*\n.*wrong\.rules:1:16/);
    expect(readFileSync(wrong, "utf8")).toBe("rules a { b: x = y }");
  }));

test("bytes that are no text stay as they are", () =>
  atDesk(async (desk) => {
    const bytes = Uint8Array.of(0x2f, 0x2f, 0xff, 0xfe, 0x0a);
    const file = desk.file("a.rules", bytes);
    const { code, stderr } = await here(["format", file]);
    expect(code).toBe(2);
    expect(stderr).toMatch(/a\.rules is not UTF-8/);
    expect(new Uint8Array(readFileSync(file))).toEqual(bytes);
  }));

test("what cannot be read is said", async () => {
  const { code, stderr } = await here(["format", "absent.rules"]);
  expect(code).toBe(2);
  expect(stderr).toMatch(/absent\.rules: there is no such file/);
});

test("standard input goes to standard output", () =>
  atDesk(async (desk) => {
    const through = (...args: string[]) => desk.rewright(["format", ...args], undefined, untidy);
    expect(await through()).toEqual({ code: 0, stdout: tidy, stderr: "" });
    expect(await through("-", "--check")).toEqual({
      code: 1,
      stdout: "standard input: not laid out\n",
      stderr: "",
    });
  }));
