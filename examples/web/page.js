// The page: reads the formula, shows what became of it. Text is set as text, so nothing that is typed becomes a tag.
import { FormulaError } from "./src/formula.ts";
import { simplify, writeLaw } from "./src/simplify.ts";

const EXAMPLES = [
  "!(rain & !umbrella) & rain",
  "(a -> b) & (b -> c) & a",
  "a & b | a & !b",
  "(p -> q) <-> (!q -> !p)",
  "(a | b) & (a | !b) & (!a | b)",
  "a&b&c | a&b&!c | a&!b&c | !a&b&c",
];

const get = (id) => document.getElementById(id);
const input = get("input");

/** An element with a text or with children. */
function element(tag, content, attributes = {}) {
  const made = Object.assign(document.createElement(tag), attributes);
  made.append(...(Array.isArray(content) ? content : [content]));
  return made;
}

function figure(name, value) {
  return element("div", [element("dt", name), element("dd", value)]);
}

function formula(pieces) {
  const parts = pieces.map(({ text, isMarked }) => (isMarked ? element("mark", text) : text));
  return element("div", parts, { className: "formula" });
}

function verdict({ isEqual, sizes }) {
  if (isEqual === undefined) return "Too many names to try all of their values.";
  if (!isEqual) return "This is wrong: the two differ for some values. Please report it.";
  const saved = sizes.input - sizes.output;
  const short = saved === 0 ? "The laws found nothing shorter. " : "";
  return `${short}Equal for all values of the names: the whole truth table was tried.`;
}

function show(result, milliseconds) {
  get("before").textContent = `${result.input}  =`;
  get("output").textContent = result.output;
  get("verdict").textContent = verdict(result);
  for (const id of ["output", "verdict"])
    get(id).classList.toggle("wrong", result.isEqual === false);
  get("figures").replaceChildren(
    figure("size before", result.sizes.input),
    figure("size after", result.sizes.output),
    figure("e-nodes", result.nodes),
    figure("e-classes", result.classes),
    figure("iterations", result.iterations),
    figure("milliseconds", Math.round(milliseconds)),
  );
  get("steps").replaceChildren(
    element("li", element("div", result.input, { className: "formula" })),
    ...result.steps.map(({ pieces, law, isBackward }) =>
      element("li", [
        element("div", [`${law} `, element("span", writeLaw(law, isBackward))], {
          className: "law",
        }),
        formula(pieces),
      ]),
    ),
  );
  get("laws").replaceChildren(
    ...result.laws.map(({ name, applied, nodes }) =>
      element("tr", [
        element("td", name, { title: writeLaw(name) }),
        element("td", `${applied}`),
        element("td", `${nodes}`),
      ]),
    ),
  );
  document.title = `${result.output} · Simplify a formula`;
}

/** Simplifies what is in the field, and keeps it in the address, so that it can be sent to somebody. */
function run() {
  get("error").textContent = "";
  input.setAttribute("aria-invalid", "false");
  try {
    const began = performance.now();
    show(simplify(input.value), performance.now() - began);
    get("result").hidden = false;
    history.replaceState(null, "", `#${encodeURIComponent(input.value)}`);
  } catch (error) {
    if (!(error instanceof FormulaError)) throw error;
    get("result").hidden = true;
    get("error").textContent = `At character ${error.at + 1}: ${error.message}.`;
    input.setAttribute("aria-invalid", "true");
    input.setSelectionRange(error.at, error.at + 1);
  }
}

/** The formula in the address; addresses that people have broken count as none. */
function fromAddress() {
  try {
    return decodeURIComponent(location.hash.slice(1));
  } catch {
    return "";
  }
}

function open() {
  input.value = fromAddress() || EXAMPLES[0];
  run();
}

get("form").addEventListener("submit", (event) => {
  event.preventDefault();
  run();
});
get("examples").append(
  ...EXAMPLES.map((text) => {
    const button = element("button", text, { type: "button" });
    button.addEventListener("click", () => {
      input.value = text;
      run();
    });
    return button;
  }),
);
addEventListener("hashchange", open);
open();
