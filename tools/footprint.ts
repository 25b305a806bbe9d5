// What installing a package brings along: how large it is, and how many packages come with it. Its README says so in one line.
import { readFileSync, realpathSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";

/** What a README says of a package's weight. */
export interface Footprint {
  /** Bytes of the tarball, and of what is in it. */
  readonly packed: number;
  readonly unpacked: number;
  /** Packages that it names, and all that come with it. Optional ones and peers are not counted. */
  readonly direct: number;
  readonly all: number;
}

const LINE =
  /^Packed ([\d,]+) kB, unpacked ([\d,]+) kB; (no|\d+) (?:dependency|dependencies)(?:, (\d+) packages? in all)?\.$/m;
/** Sizes are stated as they were; they may drift by so much before the README has to be written anew. */
const DRIFT = 0.5;

/** What a package names, and all that comes with it, by the folders that they are installed in. */
export function dependencies(folder: string): { readonly direct: number; readonly all: number } {
  const found = new Set<string>();
  const visit = (home: string): number => {
    const { dependencies: named = {} } = JSON.parse(
      readFileSync(join(home, "package.json"), "utf8"),
    ) as { readonly dependencies?: Readonly<Record<string, string>> };
    const names = Object.keys(named);
    for (const name of names) {
      const place = installed(home, name);
      if (found.has(place)) continue;
      found.add(place);
      visit(place);
    }
    return names.length;
  };
  const direct = visit(folder);
  return { direct, all: found.size };
}

function installed(from: string, name: string): string {
  for (let folder = realpathSync(from); ; folder = dirname(folder)) {
    try {
      return realpathSync(join(folder, "node_modules", name));
    } catch (error) {
      if (folder === dirname(folder)) throw error;
    }
  }
}

/** The line of a README. */
export function sentence({ packed, unpacked, direct, all }: Footprint): string {
  const kB = (bytes: number): string => `${Math.ceil(bytes / 1000).toLocaleString("en")} kB`;
  const own = direct === 0 ? "no" : String(direct);
  const many = `${own} ${direct === 1 ? "dependency" : "dependencies"}`;
  const rest = direct === 0 ? "" : `, ${all} package${all === 1 ? "" : "s"} in all`;
  return `Packed ${kB(packed)}, unpacked ${kB(unpacked)}; ${many}${rest}.`;
}

/** What a README says; `undefined` where it says nothing. */
export function stated(readme: string): Footprint | undefined {
  const [, packed, unpacked, direct, all = "0"] = LINE.exec(readme) ?? [];
  if (packed === undefined || unpacked === undefined) return undefined;
  const bytes = (kB: string): number => 1000 * Number(kB.replaceAll(",", ""));
  return {
    packed: bytes(packed),
    unpacked: bytes(unpacked),
    direct: direct === "no" ? 0 : Number(direct),
    all: Number(all),
  };
}

/** What is no longer true of what a README says; `undefined` where all is. */
export function outdated(said: Footprint | undefined, is: Footprint): string | undefined {
  if (said === undefined) return "its README does not say how large it is";
  const drifted = (["packed", "unpacked"] as const).find(
    (size) => Math.abs(said[size] - is[size]) > DRIFT * is[size] + 2000,
  );
  if (drifted === undefined && said.direct === is.direct && said.all === is.all) return undefined;
  return `its README says “${sentence(said)}” where it should say “${sentence(is)}”`;
}

/** Writes the line, in the place of the one there or at the end. */
export function state(file: string, is: Footprint): void {
  const text = readFileSync(file, "utf8");
  const line = sentence(is);
  writeFileSync(
    file,
    LINE.test(text) ? text.replace(LINE, line) : `${text.trimEnd()}\n\n${line}\n`,
  );
}
