// What editors and people do to a language server: garbage, half-written files, files that change under it, and worse.
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import * as lsp from "vscode-languageserver/node";
import { Editor, unmarked } from "./editor.ts";

const HEAD = 'import onnx from "dialect:onnx"\n';

/** What is said of a rule whose operator is nothing. */
const BROKEN = ["R0101", "R0101"];

let shared: Editor;
let corners = 0;
beforeAll(async () => {
  shared = new Editor();
  await shared.begin();
});
afterAll(() => {
  shared.process.kill();
});

/** The editor that tests share, with files in a corner of its folder; one server for all, as on a long day. */
async function editorWith(files: Readonly<Record<string, string>> = {}): Promise<Editor> {
  await shared.enter(`corner ${++corners}`, files);
  return shared;
}

/** An editor of its own. */
async function anotherEditor(
  files: Readonly<Record<string, string>> = {},
  capabilities?: lsp.ClientCapabilities,
): Promise<Editor> {
  const editor = new Editor(files);
  onTestFinished(() => {
    editor.process.kill();
  });
  await editor.begin(capabilities);
  return editor;
}

describe("imports", () => {
  const base = "op half(a: Tensor) -> Tensor\n";
  const user = 'import "./base.rules"\nrules r { t: half(half(a)) => half(a) }\n';

  test("an import that is being edited in another buffer counts as it is there", async () => {
    const editor = await editorWith({ "base.rules": base });
    await editor.open("user.rules", user);
    expect(await editor.codes("user.rules")).toEqual([]);
    await editor.open("base.rules", base);
    await editor.type("base.rules", "half", "third");
    expect(await editor.codes("user.rules", BROKEN)).toEqual(BROKEN);
    await editor.type("base.rules", "third", "half");
    expect(await editor.codes("user.rules", [])).toEqual([]);
    // Closed without saving: what is on the disk counts again.
    await editor.type("base.rules", "half", "third");
    await editor.codes("user.rules", BROKEN);
    await editor.close("base.rules");
    expect(await editor.codes("user.rules", [])).toEqual([]);
  });

  test("an import that changes on the disk, disappears, and comes back", async () => {
    const editor = await editorWith({ "base.rules": base });
    await editor.until(() => editor.registered.includes("workspace/didChangeWatchedFiles"));
    await editor.open("user.rules", user);
    expect(await editor.codes("user.rules")).toEqual([]);
    await editor.wrote("base.rules", base.replace("half", "third"));
    await editor.codes("user.rules", BROKEN);
    await editor.wrote("base.rules", base);
    expect(await editor.codes("user.rules", [])).toEqual([]);
  });

  test("an import that is written while it is missing", async () => {
    const editor = await editorWith();
    await editor.open("user.rules", user);
    await editor.diagnostics("user.rules", (said) => said.some(({ code }) => code === "R0110"));
    await editor.wrote("base.rules", base);
    expect(await editor.codes("user.rules", [])).toEqual([]);
  });

  test("an import that is typed", async () => {
    const editor = await editorWith({ "base.rules": base });
    await editor.open("user.rules", "\nrules r { t: half(half(a)) => half(a) }\n");
    await editor.codes("user.rules", BROKEN);
    await editor.type("user.rules", "\n", 'import "./base.rules"\n');
    expect(await editor.codes("user.rules")).toEqual([]);
    await editor.type("user.rules", "base", "bass");
    await editor.diagnostics("user.rules", (said) => said[0]?.code === "R0110");
  });

  test("imports in a circle, in both files, and broken up again", async () => {
    const editor = await editorWith();
    await editor.open("a.rules", 'import "./b.rules"\nsort A\n');
    await editor.open("b.rules", 'import "./a.rules"\nsort B\n');
    await editor.codes("a.rules", ["R0106"]);
    const [said] = await editor.diagnostics("b.rules", ([one]) => one?.code === "R0106");
    expect(said?.message).toContain("these files import each other");
    await editor.type("b.rules", 'import "./a.rules"\n', "");
    await editor.codes("a.rules", []);
    await editor.codes("b.rules", []);
  });

  test("an error in what is imported is said at the import, with its place", async () => {
    const editor = await editorWith({ "base.rules": "sort A\nsort A\n" });
    await editor.open("user.rules", 'import "./base.rules"\n');
    const [said] = await editor.diagnostics("user.rules");
    expect(said?.message).toContain("`./base.rules` does not compile: `A` is defined twice");
    expect(said?.relatedInformation).toEqual([
      {
        location: {
          uri: editor.uri("base.rules"),
          range: { start: { line: 1, character: 5 }, end: { line: 1, character: 6 } },
        },
        message: "`A` is defined twice",
      },
    ]);
  });

  test("definitions lead into other files: beside it, of a package, a module", async () => {
    const editor = await editorWith({
      "lib/base.rules": `\uFEFF${base}`,
      "node_modules/@acme/rules/package.json": '{ "name": "@acme/rules" }',
      "node_modules/@acme/rules/linear.rules": "\nop third(a: Tensor) -> Tensor\n",
      "ops.ts":
        'export default { kind: "dialect", spec: 1, name: "ops", ops: { fourth: { operands: [{ name: "a" }], infer: ([a]) => [a] } } };\nconsole.log("not a message");\nprocess.stdout.write("neither");\n',
    });
    const positions = await editor.open(
      "user.rules",
      'import "./lib/base.rules"\nimport "@acme/rules/linear.rules"\nimport ops from "./ops.ts"\nrules r { t: ‸half(‸third(‸fourth(a))) => a }\n',
    );
    expect(await editor.codes("user.rules")).toEqual([]);
    const places = [];
    for (const position of positions)
      places.push(
        (await editor.ask(lsp.DefinitionRequest.type, "user.rules", { position })) as lsp.Location,
      );
    expect(places.map(({ uri, range }) => [uri, range.start.line, range.start.character])).toEqual([
      [editor.uri("lib/base.rules"), 0, 3],
      [editor.uri("node_modules/@acme/rules/linear.rules"), 1, 3],
      [editor.uri("ops.ts"), 0, 0],
    ]);
  });

  test("rename in all files of the folder, open or not", async () => {
    const editor = await editorWith({
      "base.rules": base,
      "closed.rules":
        'import { half } from "./base.rules"\nrules c { t: half(a) => half(half(a)) }\n',
      "other.rules": "op half(a: Tensor) -> Tensor\n",
      "node_modules/x/y.rules":
        'import "../../base.rules"\nrules c { t: half(a) => half(half(a)) }\n',
    });
    const [at] = await editor.open("base.rules", "op ha‸lf(a: Tensor) -> Tensor\n");
    await editor.open("user.rules", user);
    const edit = (await editor.ask(lsp.RenameRequest.type, "base.rules", {
      position: at,
      newName: "halved",
    })) as lsp.WorkspaceEdit;
    const changes = (edit.documentChanges ?? []) as lsp.TextDocumentEdit[];
    expect(
      changes.map(({ textDocument, edits }) => [
        textDocument.uri,
        textDocument.version,
        edits.length,
      ]),
    ).toEqual([
      [editor.uri("base.rules"), 1, 1],
      [editor.uri("user.rules"), 1, 3],
      [editor.uri("closed.rules"), null, 4],
    ]);
    await editor.applyAll(edit);
    expect(editor.text("user.rules")).toContain("halved(halved(a)) => halved(a)");
    expect(await editor.codes("user.rules", [])).toEqual([]);
  });

  test("references in all files of the folder, asked where it is used", async () => {
    const editor = await editorWith({
      "base.rules": base,
      "closed.rules": 'import { half } from "./base.rules"\nrules c { t: half(a) => a }\n',
    });
    const [at] = await editor.open("user.rules", user.replace("half(half", "ha‸lf(half"));
    const found = await editor.ask(lsp.ReferencesRequest.type, "user.rules", {
      position: at,
      context: { includeDeclaration: true },
    });
    expect(found?.map(({ uri }) => uri.replace(/.*\//, ""))).toEqual([
      ...["user.rules", "user.rules", "user.rules"],
      ...["base.rules", "closed.rules", "closed.rules"],
    ]);
  });

  test("what another file declares is not renamed from here", async () => {
    const editor = await editorWith({ "base.rules": base });
    const [at] = await editor.open("user.rules", user.replace("half(half", "ha‸lf(half"));
    await expect(
      editor.ask(lsp.PrepareRenameRequest.type, "user.rules", { position: at }),
    ).rejects.toThrow(/`half` is declared in `corner \d+\/base.rules`: rename it there/);
  });

  test("paths are offered", async () => {
    const editor = await editorWith({ "lib/base.rules": base });
    const [at] = await editor.open("user.rules", 'import "‸"');
    const items = (await editor.ask(lsp.CompletionRequest.type, "user.rules", {
      position: at,
    })) as lsp.CompletionItem[];
    const labels = items.map(({ label }) => label);
    expect(labels).toEqual(expect.arrayContaining(["dialect:onnx", "./lib/base.rules"]));
    expect(labels[0]).toMatch(/^dialect:/);
  });
});

describe("configuration", () => {
  const config = (operator: string): string => `
    const dialect = { kind: "dialect", spec: 1, name: "mine", ops: { ${operator}: { operands: [{ name: "a" }], infer: ([a]) => [a] } } };
    export default { backend: { kind: "backend", spec: 1, name: "mine", dialects: [dialect], costModel: { unit: "x", cost: () => 1 } } };
  `;
  const user = 'import mine from "dialect:mine"\nrules r { t: Gate(Gate(a)) => Gate(a) }\n';

  test("a dialect of the configured target is known, and known anew when the configuration changes", async () => {
    const editor = await editorWith({ "rewright.config.ts": config("Gate") });
    await editor.open("user.rules", user);
    expect(await editor.codes("user.rules")).toEqual([]);
    await editor.wrote("rewright.config.ts", config("Port"));
    await editor.codes("user.rules", BROKEN);
  });
  test("one that cannot be loaded is told, and the server goes on", async () => {
    const editor = await editorWith({ "rewright.config.ts": "throw new Error('by design');" });
    await editor.open("user.rules", `${HEAD}rules r { t: Relu(Relu(a)) => Relu(a) }\n`);
    expect(await editor.codes("user.rules")).toEqual([]);
    expect(editor.log.join()).toContain("by design");
  });
});

describe("texts", () => {
  test("positions count UTF-16 code units, whatever the line ends, and no byte order mark", async () => {
    const editor = await editorWith();
    const text =
      `\uFEFFimport onnx from "dialect:onnx"\r\n// 🙂 é\r\nrules r {\r\n  /* 🙂 */ t: Relu(Re‸luu(a)) => Relu(a)\r  u: Relu(a) => Relu(Relu(b))\r\n}\r\n`.replace(
        "/* 🙂 */ ",
        "",
      );
    await editor.open("main.rules", text);
    const said = await editor.diagnostics("main.rules");
    expect(said.map(({ code, range }) => [code, range.start.line, range.start.character])).toEqual([
      ["R0101", 3, 10],
      ["R0301", 4, 26],
    ]);
    const first = (await editor.ask(
      lsp.DocumentSymbolRequest.type,
      "main.rules",
    )) as lsp.DocumentSymbol[];
    expect(first[0]?.range.start).toEqual({ line: 0, character: 1 });
    const [action] = (await editor.ask(lsp.CodeActionRequest.type, "main.rules", {
      range: said[0]?.range,
      context: { diagnostics: [] },
    })) as lsp.CodeAction[];
    await editor.applyAll(action?.edit ?? {});
    expect(editor.text("main.rules")).toContain("t: Relu(Relu(a)) => Relu(a)\r");
    expect(editor.text("main.rules").startsWith("\uFEFF")).toBe(true);
  });

  test("a document that is on no disk: its imports count from the folder", async () => {
    const editor = await editorWith({ "base.rules": "sort A\n" });
    const path = `./corner ${corners}/base.rules`;
    await editor.open(
      "untitled:Untitled-1",
      `${HEAD}import { A } from "${path}"\nimport "./none.rules"\nrules r { t: Reluu(a) => a }\n`,
    );
    const said = await editor.diagnostics("untitled:Untitled-1");
    expect(said.map(({ code, range }) => [code, range.start.line])).toEqual([
      ["R0110", 2],
      ["R0101", 3],
    ]);
  });

  test("a document that is not open has no answers", async () => {
    const editor = await editorWith({ "base.rules": "sort A\n" });
    const at = { position: { line: 0, character: 0 } };
    expect(await editor.ask(lsp.HoverRequest.type, "base.rules", at)).toBeNull();
    expect(await editor.ask(lsp.CompletionRequest.type, "gone.rules", at)).toBeNull();
    expect(
      await editor.ask(lsp.DocumentSymbolRequest.type, "https://example.com/x", {}),
    ).toBeNull();
    await editor.open("main.rules", "sort A\n");
    expect(await editor.codes("main.rules")).toEqual([]);
    expect(editor.log).toEqual([]);
  });

  test("places that are not in the text", async () => {
    const editor = await editorWith();
    await editor.open("main.rules", `${HEAD}rules r { t: Relu(a) => a }`);
    for (const position of [
      { line: 999, character: 0 },
      { line: 0, character: 9999 },
      { line: 1, character: 1e9 },
    ]) {
      await editor.ask(lsp.HoverRequest.type, "main.rules", { position });
      await editor.ask(lsp.CompletionRequest.type, "main.rules", { position });
    }
    expect(editor.log).toEqual([]);
  });

  test("garbage and half-written files: asked everything everywhere, the server answers and goes on", async () => {
    const editor = await editorWith();
    const whole = `${HEAD}\nsort Real\nop f(a: Real; n: Int = 1) -> Real as -a cost 2\nrules r #x {\n  t: Relu(Concat(...xs; axis = i)) <=> Concat(...Relu(xs); axis = i) where k = f(x) when rank(xs) == [1, 2][0:1] #y\n}\ntest "t" {\n given x: Tensor[2]\n using r\n prove Relu(x) == x where y = x\n}\nschedule s: repeat(2, r)\ncheck r\n`;
    const texts = [
      "",
      "\0\0\0",
      "\uD800 rules",
      "(".repeat(5000),
      "rules r {",
      "rules r { t: ",
      "import",
      'import "',
      'test "',
      "op __proto__(constructor: toString) -> valueOf",
      "rules __proto__ { constructor: __proto__(constructor) => toString }",
      whole.replaceAll("(", ""),
      whole.replaceAll("}", ""),
      whole.replaceAll("=", ""),
      whole.replaceAll("\n", " "),
      ...[60, 120, 200, 260, 330].map((at) => whole.slice(0, at)),
      whole,
    ];
    await editor.open("main.rules", "");
    let asked = 0;
    for (const text of texts) {
      const all = { start: { line: 0, character: 0 }, end: { line: 99, character: 0 } };
      await editor.apply("main.rules", [{ range: all, newText: text }]);
      const document = editor.document("main.rules");
      const range = { start: { line: 0, character: 0 }, end: document.positionAt(text.length) };
      const answers: Promise<unknown>[] = [
        editor.ask(lsp.DocumentSymbolRequest.type, "main.rules"),
        editor.ask(lsp.SemanticTokensRequest.type, "main.rules"),
        editor.ask(lsp.FoldingRangeRequest.type, "main.rules"),
        editor.ask(lsp.InlayHintRequest.type, "main.rules", { range }),
        editor.ask(lsp.CodeActionRequest.type, "main.rules", {
          range,
          context: { diagnostics: [] },
        }),
        editor.ask(lsp.DocumentFormattingRequest.type, "main.rules", { options: {} }),
      ];
      for (let at = 0; at <= Math.min(text.length, 600); at += 13) {
        const position = document.positionAt(at);
        const context = { includeDeclaration: true };
        for (const type of [
          lsp.HoverRequest.type,
          lsp.CompletionRequest.type,
          lsp.DefinitionRequest.type,
          lsp.DocumentHighlightRequest.type,
          lsp.ReferencesRequest.type,
        ])
          answers.push(
            editor.ask(type as typeof lsp.HoverRequest.type, "main.rules", { position, context }),
          );
        answers.push(
          editor
            .ask(lsp.RenameRequest.type, "main.rules", { position, newName: "renamed" })
            .catch((refused: Error) => refused.message),
        );
      }
      asked += (await Promise.all(answers)).length;
    }
    expect(asked).toBeGreaterThan(500);
    await editor.codes("main.rules");
    expect(editor.log).toEqual([]);
  });
});

describe("protocol", () => {
  test("a request that is cancelled, among many", async () => {
    const editor = await editorWith();
    const [position] = await editor.open(
      "main.rules",
      `${HEAD}rules r { t: Re‸lu(Relu(a)) => Relu(a) }`,
    );
    const source = new lsp.CancellationTokenSource();
    const params = { textDocument: { uri: editor.uri("main.rules") }, position };
    // Those before it keep the server from answering it before it hears that nobody wants to know.
    const many = Array.from({ length: 100 }, () =>
      editor.ask(lsp.HoverRequest.type, "main.rules", { position }),
    );
    const cancelled = editor.connection.sendRequest(lsp.HoverRequest.method, params, source.token);
    source.cancel();
    await expect(cancelled).rejects.toMatchObject({ code: lsp.LSPErrorCodes.RequestCancelled });
    for (const hover of await Promise.all(many)) expect(hover).not.toBeNull();
    expect(await editor.ask(lsp.HoverRequest.type, "main.rules", { position })).not.toBeNull();
  });

  test("an answer in steps, while the text changes: it is of one text, or asked for again", async () => {
    const editor = await editorWith({ "other.rules": "op half(a: Tensor) -> Tensor\n" });
    const [position] = await editor.open("main.rules", "op ha‸lf(a: Tensor) -> Tensor\n");
    const context = { includeDeclaration: true };
    for (let i = 0; i < 20; i++) {
      const found = editor
        .ask(lsp.ReferencesRequest.type, "main.rules", { position, context })
        .then(
          (places) => places?.length,
          ({ code }: lsp.ResponseError) => code,
        );
      await editor.type("main.rules", "op", i % 2 ? "op" : "// one\nop");
      expect([0, 1, lsp.LSPErrorCodes.ContentModified]).toContain(await found);
      if (i % 2 === 0) await editor.type("main.rules", "// one\n", "");
    }
    expect(editor.log).toEqual([]);
  });

  test("an editor that understands little", async () => {
    const editor = await anotherEditor(
      {},
      { textDocument: { hover: { contentFormat: ["plaintext"] } } },
    );
    const [hover, complete] = await editor.open(
      "main.rules",
      `${HEAD}rules r { t: Re‸lu(Relu(a)) => Relu(Con‸) }`,
    );
    const said = await editor.ask(lsp.HoverRequest.type, "main.rules", { position: hover });
    expect(said?.contents).toMatchObject({
      kind: "plaintext",
      value: expect.stringMatching(/^op Relu/),
    });
    const items = (await editor.ask(lsp.CompletionRequest.type, "main.rules", {
      position: complete,
    })) as lsp.CompletionItem[];
    expect(items.find(({ label }) => label === "Concat")?.textEdit?.newText).toBe("Concat");
    const edit = await editor.ask(lsp.RenameRequest.type, "main.rules", {
      position: unmarked(`${HEAD}rules r { ‸t`).positions[0],
      newName: "u",
    });
    expect(edit?.changes?.[editor.uri("main.rules")]).toHaveLength(1);
    expect(editor.registered).toEqual([]);
  });

  test("links and snippets for one that understands them", async () => {
    const editor = await anotherEditor(
      {},
      {
        textDocument: {
          definition: { linkSupport: true },
          completion: { completionItem: { snippetSupport: true } },
        },
      },
    );
    const [define, complete] = await editor.open(
      "main.rules",
      `${HEAD}op f(a: Tensor) -> Tensor\nrules r { t: f‸(f(a)) => Con‸ }`,
    );
    expect(
      await editor.ask(lsp.DefinitionRequest.type, "main.rules", { position: define }),
    ).toEqual([
      expect.objectContaining({
        targetUri: editor.uri("main.rules"),
        originSelectionRange: {
          start: { line: 2, character: 13 },
          end: { line: 2, character: 14 },
        },
      }),
    ]);
    const items = (await editor.ask(lsp.CompletionRequest.type, "main.rules", {
      position: complete,
    })) as lsp.CompletionItem[];
    expect(items.find(({ label }) => label === "Concat")?.textEdit?.newText).toMatch(
      /^Concat\(\.\.\.\$\{1:inputs\}; axis = \$\{2:axis\}\)$/,
    );
  });

  test("mending all at once, where an editor asks for that", async () => {
    const editor = await editorWith();
    await editor.open(
      "main.rules",
      `${HEAD}rules r { t: Reluu(a) => Relu(a) u: Tanhh(a) = Tanh(a) }`,
    );
    const range = { start: { line: 0, character: 0 }, end: { line: 0, character: 0 } };
    const [one, ...more] = (await editor.ask(lsp.CodeActionRequest.type, "main.rules", {
      range,
      context: { diagnostics: [], only: ["source.fixAll"] },
    })) as lsp.CodeAction[];
    expect(more).toEqual([]);
    expect(one?.kind).toBe("source.fixAll.rewright");
    await editor.applyAll(one?.edit ?? {});
    expect(editor.text("main.rules")).toContain("t: Relu(a) => Relu(a) u: Tanhh(a) => Tanh(a)");
  });

  test("a fault of a plugin is told with the document's name, and the server goes on", async () => {
    const editor = await editorWith({
      "ops.ts":
        'export default { kind: "dialect", spec: 1, name: "ops", ops: { bad: { get operands() { throw new Error("by design"); }, infer: () => [] } } };',
    });
    await editor.open("main.rules", 'import ops from "./ops.ts"\nrules r { t: bad(a) => a }\n');
    await editor.until(() => editor.log.length > 0);
    expect(editor.log[0]).toContain(`of ${editor.uri("main.rules")} failed`);
    expect(editor.log[0]).toContain("by design");
    expect(await editor.ask(lsp.FoldingRangeRequest.type, "main.rules")).toBeNull();
    // Without the plugin the document is as good as any other.
    await editor.type("main.rules", 'import ops from "./ops.ts"', "");
    expect(await editor.codes("main.rules")).toEqual(["R0101"]);
    await editor.open("sound.rules", `${HEAD}rules r { t: Reluu(a) => a }\n`);
    expect(await editor.codes("sound.rules")).toEqual(["R0101"]);
  });

  test("a plugin that fails later", async () => {
    const editor = await editorWith({
      "ops.ts":
        'export default { kind: "dialect", spec: 1, name: "ops", ops: {} };\nsetImmediate(() => { throw new Error("by design"); });\n',
    });
    await editor.open("main.rules", 'import ops from "./ops.ts"\n');
    await editor.until(() => editor.log.some((line) => line.includes("by design")));
    expect(await editor.codes("main.rules")).toEqual([]);
  });

  test("leaving without shutdown ends with 1, and so does an editor that disappears", async () => {
    const editor = await anotherEditor();
    await editor.connection.sendNotification(lsp.ExitNotification.type);
    expect(await editor.abandon()).toBe(1);
    const other = await anotherEditor();
    expect(await other.abandon()).toBe(1);
  });

  test("what is no message ends the server at most", async () => {
    const editor = new Editor();
    onTestFinished(() => {
      editor.process.kill();
    });
    editor.process.stdin?.write("GET / HTTP/1.1\r\n\r\n");
    expect(await editor.abandon()).toBe(1);
  });
});
