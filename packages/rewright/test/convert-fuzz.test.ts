// No bytes make a conversion crash: it says what is wrong, or accounts for every rule.
import { expect, test } from "vitest";
import { dice } from "../../../tools/dice.ts";
import { convertRules } from "../src/convert/convert.ts";
import { readEgg } from "../src/convert/egg.ts";
import { readEgglog } from "../src/convert/egglog.ts";
import { type ForeignFile, MalformedError } from "../src/convert/foreign.ts";
import { formats, guessFormat } from "../src/convert/guess.ts";
import { readList, readTensat } from "../src/convert/list.ts";
import { readTaso } from "../src/convert/taso.ts";
import { translate } from "../src/convert/translate.ts";
import { collection, operator } from "./wire-format.ts";

const encoder = new TextEncoder();
const decoder = new TextDecoder();

const lists = {
  egg: `use egg::rewrite as rw; define_language! { enum L { "+" = Add([Id; 2]), Num(i32) } }
rw!("a"; "(+ ?a 0)" <=> "?a" if is_not_zero("?a")), rw!("b"; "(f ?x)" => { g("?x") }),
multi_rewrite!("c"; "?p = (f ?x), ?q = (g ?p ?x)" => "?q = (h ?x)"), /* c */ r#"raw"#, 'c'`,
  list: `named: (+ ?a ?b) => (+ ?b ?a)\n(* ?a 2) <=> (+ ?a ?a) if (is_const ?a)\n["(neg (neg ?x)) => ?x"]`,
  egglog: `(datatype M (Add M M :cost 2) (Num i64) (V String)) (relation r (M)) (let one (Num 1))
(rewrite (Add a one) (Add one a) :when ((!= a one) (r a)) :subsume :ruleset s)
(rule ((= e (Add (Num x) b)) (< x 3)) ((let t (Num (+ x 1))) (union e (Add t b))) :name "n") (birewrite (V "a") (Num -2))`,
  tensat: `(conv2d 1 1 0 2 x (ewadd v w))=>(ewadd (conv2d 1 1 0 2 x v) (conv2d 1 1 0 2 x w))
(conv2d 1 1 0 0 x w)=>(conv2d 1 1 0 0 x (merge w 2))

(matmul 0 a b)=>(split_0 (split 1 (matmul 0 a (concat 1 2 b c))))
(matmul 0 a c)=>(split_1 (split 1 (matmul 0 a (concat 1 2 b c))))`,
};

const taso = collection([
  {
    left: [operator(3, [[-1], [-2]], { 6: 1, 7: 1, 8: 0, 9: 2 }), operator(8, [[0]])],
    right: [
      operator(12, [[-1], [-2]], { 1: 2, 11: 1, 10: 4 }),
      operator(13, [[0]], { 11: 1, 2: 2 }),
    ],
    results: [[1, 0, 1, 1]],
  },
]);

const WORDS = [
  ...'( ) [ ] { } " \' ; , => <=> ==> == = != if when ? ?x _ : :when :subsume ! ! /* */ // # r#" \\'.split(
    " ",
  ),
  ..."rewrite! multi_rewrite! macro_rules! define_language! rw! use egg as rewrite birewrite rule union let sort".split(
    " ",
  ),
  ..."datatype constructor function relation split_0 split concat enlarge merge conv2d relu matmul ewadd".split(
    " ",
  ),
  ..."__proto__ constructor toString and or not absent true false 0 -1 1.5 1e999 99999999999999999999".split(
    " ",
  ),
  "\n",
  "\0",
  "\uFEFF",
  "\uD800",
  "\u2028",
  "µ",
  "🙂",
  "((((((((((((",
  "))))))",
  "?x ".repeat(50),
  "(f ".repeat(300),
];

function edited(text: string, draw: (bound: number) => number): string {
  const [from, to] = [draw(text.length + 1), draw(text.length + 1)].sort((a, b) => a - b) as [
    number,
    number,
  ];
  const word = WORDS[draw(WORDS.length)] as string;
  switch (draw(5)) {
    case 0:
      return text.slice(0, from) + text.slice(Math.min(to, from + 8));
    case 1:
      return `${text.slice(0, from)}${word}${text.slice(from)}`;
    case 2:
      return `${text.slice(0, from)} ${word} ${text.slice(Math.min(to, from + 4))}`;
    case 3:
      return text.slice(0, to) + text.slice(from, Math.min(to, from + 60)) + text.slice(to);
    default:
      return text.slice(0, to);
  }
}

function mutated(text: string, draw: (bound: number) => number): string {
  let changed = text;
  for (let left = 1 + draw(4); left > 0; left--) changed = edited(changed, draw);
  return changed;
}

function mutatedBytes(bytes: Uint8Array, draw: (bound: number) => number): Uint8Array {
  const changed = [...bytes];
  for (let left = 1 + draw(4); left > 0; left--)
    changed.splice(
      draw(changed.length + 1),
      draw(3),
      ...Array.from({ length: draw(3) }, () => draw(256)),
    );
  return Uint8Array.from(changed);
}

/** Whether the work was done; anything but a complaint about the input is thrown on. */
function survives(work: () => void): boolean {
  try {
    work();
    return true;
  } catch (error) {
    if (error instanceof MalformedError) return false;
    throw error;
  }
}

const seed = Number(process.env["SEED"] ?? 5);

const readers: readonly (readonly [string, (draw: (bound: number) => number) => ForeignFile])[] = [
  ["egg", (draw) => readEgg(mutated(lists.egg, draw))],
  ["lists", (draw) => readList(mutated(lists.list, draw))],
  ["egglog", (draw) => readEgglog(mutated(lists.egglog, draw))],
  ["TENSAT", (draw) => readTensat(mutated(lists.tensat, draw))],
  ["TASO", (draw) => readTaso(mutatedBytes(taso, draw))],
];

test.each(readers)("%s, read and translated", { timeout: 60_000 }, (name, read) => {
  const draw = dice(seed);
  let whole = 0;
  for (let i = 0; i < 1500; i++) {
    const isWhole = survives(() => {
      const file = read(draw);
      const tensors = name.startsWith("T");
      for (const dialect of ["onnx", "none"] as const) {
        const { outcomes } = translate(file, {
          dialect,
          ruleset: "r",
          tensors: tensors && dialect === "onnx",
        });
        expect(outcomes.length).toBe(file.rules.filter(({ kind }) => kind === "rule").length);
      }
    });
    if (isWhole) whole++;
  }
  expect(whole).toBeGreaterThan(40); // not all of it is nonsense
});

test("whole conversions", { timeout: 120_000 }, () => {
  const draw = dice(seed);
  for (let i = 0; i < 80; i++) {
    const kind = (["egg", "list", "egglog", "tensat"] as const)[draw(4)] as keyof typeof lists;
    const bytes =
      draw(8) === 0 ? mutatedBytes(taso, draw) : encoder.encode(mutated(lists[kind], draw));
    const from = draw(4) === 0 ? formats[draw(4)] : (guessFormat(bytes)?.format ?? "egg");
    survives(() => {
      const { account } = convertRules({
        input: "fuzz",
        bytes,
        samples: 1,
        dialect: draw(2) === 0 ? "none" : "onnx",
        ...(from && { from }),
      });
      const sum = Object.values(account.counts).reduce((total, n) => total + n, 0);
      expect(sum).toBe(account.entries.length);
    });
  }
});

test("any bytes", () => {
  const draw = dice(seed);
  for (let i = 0; i < 300; i++) {
    const bytes = Uint8Array.from({ length: draw(60) }, () => draw(draw(2) === 0 ? 256 : 64));
    for (const from of formats)
      survives(() => convertRules({ input: "noise", bytes, from, samples: 1, dialect: "none" }));
  }
  const deep = encoder.encode(`${"(".repeat(1_000_000)}`);
  for (const from of formats)
    expect(survives(() => convertRules({ input: "deep", bytes: deep, from }))).toBe(false);
  expect(decoder.decode(deep).length).toBe(1_000_000);
});
