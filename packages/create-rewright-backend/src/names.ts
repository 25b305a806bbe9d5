/** What a backend is called in the places that have rules for it. */
export interface BackendNames {
  /** `my-npu`: the plugin's own name, of its messages and rule files. */
  readonly plugin: string;
  /** `rewright-backend-my-npu`: the name on npm. */
  readonly package: string;
  /** `myNpu`: the function that makes it. */
  readonly factory: string;
  /** `MyNpu`: what its types begin with. */
  readonly type: string;
}

/** A name that no backend can have; the message says why, and what to take instead where that is clear. */
export class BackendNameError extends Error {
  override readonly name = "BackendNameError";
}

const PREFIX = "rewright-backend-";
/** npm allows 214 characters; nobody types them. */
const LONGEST = 60;
/** Names of the backends that Rewright brings, and of the project. */
const taken: ReadonlySet<string> = new Set(["cpu", "gpu", "tpu", "rewright"]);
/** What no function of JavaScript may be called. */
const words: ReadonlySet<string> = new Set(
  (
    "arguments await break case catch class const continue debugger default delete do else enum eval export extends false finally for " +
    "function if implements import in instanceof interface let new null package private protected public return static super switch this " +
    "throw true try typeof var void while with yield"
  ).split(" "),
);

/**
 * The names of a backend called `given`, with npm's prefix or without.
 *
 * @throws BackendNameError on a name that is no lower-case words joined by hyphens, is too long or taken
 */
export function backendNames(given: string): BackendNames {
  const plugin = given.startsWith(PREFIX) ? given.slice(PREFIX.length) : given;
  if (!/^[a-z][a-z0-9]*(-[a-z0-9]+)*$/.test(plugin)) {
    const near = likely(plugin);
    throw new BackendNameError(
      `${JSON.stringify(given)} cannot name a backend: take lower-case letters, digits and hyphens, a letter first${near ? `, such as \`${near}\`` : ""}`,
    );
  }
  if (plugin.length > LONGEST)
    throw new BackendNameError(
      `a name of ${plugin.length} characters is too long: take ${LONGEST} at most`,
    );
  if (taken.has(plugin))
    throw new BackendNameError(
      `\`${plugin}\` is a backend that Rewright brings: take another name, such as \`my-${plugin}\``,
    );
  const factory = plugin.replace(/-([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());
  if (words.has(factory))
    throw new BackendNameError(
      `\`${plugin}\` is a word of JavaScript, and would be the name of a function: take another, such as \`${plugin}-npu\``,
    );
  const type = factory.charAt(0).toUpperCase() + factory.slice(1);
  return { plugin, package: PREFIX + plugin, factory, type };
}

/** What was probably meant; "" where nothing is left of it. */
function likely(given: string): string {
  return given
    .replace(/^@[^/]*\//, "")
    .replace(/([a-z0-9])([A-Z])/g, "$1-$2")
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "-")
    .replace(/^[-0-9]+|-+$/g, "")
    .slice(0, LONGEST);
}
