// A whole session with the real server: a rule file is written, from its first error to its last answer.
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import * as lsp from "vscode-languageserver/node";
import { Editor } from "./editor.ts";

const marked = `import onnx from "dialect:onnx"

/// Half of it.
op half(a: Tensor[...s])                      -> Tensor[...s]   := a * 0.5
op product(a: Tensor[m, k], b: Tensor[k, n])  -> Tensor[m, n]   := MatMul(a, b)   as a @ b
op flip(a: Tensor[m, n])                      -> Tensor[n, m]   := Transpose(a; perm = [1, 0])   as a'

rules mine #fast {
  /// Twice a half.
  quarter:  ha‸lf(half(x))  =>  x * 0.25
  turn:  half(x)  =>  half(x')'
  mixed:  Relu(x) => Mx‸(x, 0)
}
`;

describe("a session", () => {
  let editor: Editor;
  let [onHalf, onMistake]: readonly lsp.Position[] = [];
  beforeAll(async () => {
    editor = new Editor();
  });
  afterAll(async () => {
    editor.process.kill();
  });

  test("begins: the server says what it can do", async () => {
    const { capabilities, serverInfo } = await editor.begin();
    expect(serverInfo?.name).toBe("rewright");
    expect(capabilities).toMatchObject({
      textDocumentSync: { change: lsp.TextDocumentSyncKind.Incremental },
      hoverProvider: true,
      renameProvider: { prepareProvider: true },
    });
  });

  test("an error is said, with what was meant", async () => {
    [onHalf, onMistake] = await editor.open("mine.rules", marked);
    const [one, ...more] = await editor.diagnostics("mine.rules");
    expect(more).toEqual([]);
    expect(one).toMatchObject({
      code: "R0101",
      severity: lsp.DiagnosticSeverity.Error,
      source: "rewright",
      codeDescription: { href: expect.stringMatching(/^file:.*\/errors\/R0101\.md$/) },
      message: expect.stringMatching(/^no operator called `Mx`\n= did you mean `Ma?x`\?$/),
      range: { end: onMistake },
    });
  });

  test("hover", async () => {
    const found = await editor.ask(lsp.HoverRequest.type, "mine.rules", { position: onHalf });
    const said = JSON.stringify(found?.contents);
    expect(said).toContain("```rewright\\nop half(a: Tensor[...s])");
    expect(said).toContain("Half of it.");
  });

  test("completion", async () => {
    const found = await editor.ask(lsp.CompletionRequest.type, "mine.rules", {
      position: onMistake,
    });
    const items = found as lsp.CompletionItem[];
    const max = items.find(({ label }) => label === "Max");
    expect(max?.textEdit).toMatchObject({ newText: "Max" });
    expect(items.find(({ label }) => label === "x")).toMatchObject({
      kind: lsp.CompletionItemKind.Variable,
    });
  });

  test("signature", async () => {
    const { line = 0, character = 0 } = onHalf ?? {};
    const found = await editor.ask(lsp.SignatureHelpRequest.type, "mine.rules", {
      position: { line, character: character + "lf(".length },
    });
    expect(found).toMatchObject({
      signatures: [
        { label: expect.stringMatching(/^half\(a: Tensor/), documentation: "Half of it." },
      ],
      activeParameter: 0,
    });
  });

  test("definition, references, highlights", async () => {
    const at = { position: onHalf };
    const place = (await editor.ask(lsp.DefinitionRequest.type, "mine.rules", at)) as lsp.Location;
    expect(place).toEqual({
      uri: editor.uri("mine.rules"),
      range: { start: { line: 3, character: 3 }, end: { line: 3, character: 7 } },
    });
    const all = await editor.ask(lsp.ReferencesRequest.type, "mine.rules", {
      ...at,
      context: { includeDeclaration: true },
    });
    expect(all?.map(({ range }) => range.start.line)).toEqual([3, 9, 9, 10, 10]);
    const uses = await editor.ask(lsp.ReferencesRequest.type, "mine.rules", {
      ...at,
      context: { includeDeclaration: false },
    });
    expect(uses).toHaveLength(4);
    const lit = await editor.ask(lsp.DocumentHighlightRequest.type, "mine.rules", at);
    expect(lit?.[0]?.kind).toBe(lsp.DocumentHighlightKind.Write);
    expect(lit).toHaveLength(5);
  });

  test("symbols, folds, hints, tokens", async () => {
    const symbols = (await editor.ask(
      lsp.DocumentSymbolRequest.type,
      "mine.rules",
    )) as lsp.DocumentSymbol[];
    expect(symbols.map(({ name }) => name)).toEqual([
      "dialect:onnx",
      "half",
      "product",
      "flip",
      "mine",
    ]);
    expect(symbols.at(-1)?.children?.map(({ name }) => name)).toEqual(["quarter", "turn", "mixed"]);
    const folds = await editor.ask(lsp.FoldingRangeRequest.type, "mine.rules");
    expect(folds).toEqual([{ startLine: 7, endLine: 12, kind: "region" }]);
    const range = { start: { line: 0, character: 0 }, end: { line: 13, character: 0 } };
    const hints = await editor.ask(lsp.InlayHintRequest.type, "mine.rules", { range });
    expect(hints?.map(({ label, position }) => `${position.line} ${label}`)).toEqual([
      "10 requires rank(x) == 2",
    ]);
    const whole = await editor.ask(lsp.SemanticTokensRequest.type, "mine.rules");
    const part = await editor.ask(lsp.SemanticTokensRangeRequest.type, "mine.rules", {
      range: { start: { line: 0, character: 0 }, end: { line: 1, character: 0 } },
    });
    expect((whole?.data.length ?? 0) / 5).toBeGreaterThan(60);
    expect(whole?.data.slice(0, part?.data.length)).toEqual(part?.data);
    expect((part?.data.length ?? 0) / 5).toBe(3);
  });

  test("rename, everywhere it stands", async () => {
    const at = { position: onHalf };
    expect(await editor.ask(lsp.PrepareRenameRequest.type, "mine.rules", at)).toMatchObject({
      placeholder: "half",
    });
    const edit = await editor.ask(lsp.RenameRequest.type, "mine.rules", {
      ...at,
      newName: "halved",
    });
    await editor.applyAll(edit as lsp.WorkspaceEdit);
    expect(editor.text("mine.rules")).not.toMatch(/\bhalf\(/);
    expect(editor.text("mine.rules").match(/\bhalved\b/g)).toHaveLength(5);
    expect(await editor.codes("mine.rules")).toEqual(["R0101"]);
    await expect(
      editor.ask(lsp.RenameRequest.type, "mine.rules", { ...at, newName: "flip" }),
    ).rejects.toThrow("`flip` is an operator already");
  });

  test("a code action mends the error, and it is gone", async () => {
    const [error] = await editor.diagnostics("mine.rules");
    const actions = (await editor.ask(lsp.CodeActionRequest.type, "mine.rules", {
      range: error?.range,
      context: { diagnostics: [error] },
    })) as lsp.CodeAction[];
    expect(actions.map(({ title, isPreferred }) => [title, isPreferred])).toEqual([
      ["write `Max`", true],
    ]);
    await editor.applyAll(actions[0]?.edit ?? {});
    expect(await editor.codes("mine.rules")).toEqual([]);
  });

  test("formatting lays it out; formatting a part, that part", async () => {
    const options = { tabSize: 2, insertSpaces: true };
    const range = { start: { line: 10, character: 0 }, end: { line: 10, character: 99 } };
    const part = await editor.ask(lsp.DocumentRangeFormattingRequest.type, "mine.rules", {
      range,
      options,
    });
    expect(part?.map((edit) => edit.range.start.line)).toEqual(part?.map(() => 10));
    expect(part?.length).toBeGreaterThan(0);
    const edits = await editor.ask(lsp.DocumentFormattingRequest.type, "mine.rules", { options });
    await editor.apply("mine.rules", edits ?? []);
    expect(editor.text("mine.rules")).toContain(
      "  turn:     halved(x)          =>  halved(x')'\n  mixed:    Relu(x)            =>  Max(x, 0)\n",
    );
    expect(await editor.ask(lsp.DocumentFormattingRequest.type, "mine.rules", { options })).toEqual(
      [],
    );
  });

  test("a typed mistake is said, unsaid when it is mended, and all is said of the newest version", async () => {
    await editor.type("mine.rules", "x * 0.25", "x * y");
    expect(await editor.codes("mine.rules")).toEqual(["R0301"]);
    await editor.type("mine.rules", "x * y", "x *");
    expect(await editor.codes("mine.rules")).toEqual(["R0010"]);
    for (let i = 0; i < 50; i++) await editor.type("mine.rules", "x *", i % 2 ? "x *" : "x * ");
    await editor.type("mine.rules", "x *", "x * 0.25");
    expect(await editor.codes("mine.rules")).toEqual([]);
  });

  test("ends: with 0, and nothing went wrong", async () => {
    await editor.close("mine.rules");
    expect(await editor.diagnostics("mine.rules")).toEqual([]);
    expect(await editor.end()).toBe(0);
    expect(editor.log).toEqual([]);
  });
});
