/**
 * Builds the executable: the runtime, all code and native addons in one file.
 *
 * - Splitting keeps what a command doesn't use out of its start; bytecode spares the parsing.
 * - The executable reads no `.env` and no `bunfig.toml` from where it is started: the latter could
 *   make it run somebody else's code.
 * - Modules that a dependency would like to have at run time, but that would then be looked for
 *   on the user's disk, have a stand-in; so has one that the runtime does better.
 */
import { rmSync } from "node:fs";
import path from "node:path";
import type { BunPlugin } from "bun";
import packageJson from "../../package.json";

export const root = path.resolve(import.meta.dir, "../..");

/** What stands in for modules, by their names. */
const STAND_INS: Readonly<Record<string, string>> = {
  // The addon that speeds cbor-x up; it does without when there is none.
  "cbor-extract": "module.exports = null;",
  // ink's debugger, which DEV=true in the environment would start.
  "react-devtools-core": "export default { initialize() {}, connectToDevTools() {} };",
  // How wide a text is on a terminal: the runtime knows it, too, and many times faster.
  "string-width": "export default (text) => Bun.stringWidth(text);",
};

/** The addon of this machine; elsewhere the code in TypeScript takes its place. */
const NATIVE_ADDON = "@node-rs/crc32-linux-x64-gnu";
const NO_ADDON = 'throw new Error("there is no addon for this machine");';

/** A machine that an executable may be built for. */
export type Target = "bun-linux-x64" | "bun-linux-arm64" | "bun-darwin-x64" | "bun-darwin-arm64";

const standIns = (modules: Readonly<Record<string, string>>): BunPlugin => ({
  name: "stand-ins",
  setup(build) {
    const namespace = "stand-in";
    const filter = new RegExp(`^(${Object.keys(modules).join("|")})$`);
    build.onResolve({ filter }, ({ path: name }) => ({ path: name, namespace }));
    build.onLoad({ filter, namespace }, ({ path: name }) => ({
      contents: modules[name] ?? "",
      loader: "js",
    }));
  },
});

/** The version, with the commit that it is built of. */
export function versionWithCommit(): string {
  const git = Bun.spawnSync(["git", "rev-parse", "--short", "HEAD"], { cwd: root });
  const commit = git.success ? git.stdout.toString().trim() : "";
  return commit === "" ? packageJson.version : `${packageJson.version}+${commit}`;
}

/** What was built. */
export interface Executable {
  readonly sizeBytes: number;
  /** The files of packages that went into it. */
  readonly packageFiles: ReadonlySet<string>;
}

/** Notes which files of packages are used. */
const noted = (files: Set<string>): BunPlugin => ({
  name: "noted",
  setup(build) {
    build.onLoad({ filter: /[/\\]node_modules[/\\]/ }, ({ path: file }) => {
      files.add(file);
      return undefined; // it is loaded as it would be
    });
  },
});

/** Builds `outfile` for a machine, this one if none is named. */
export async function buildExecutable(outfile: string, target: Target | null): Promise<Executable> {
  const isElsewhere = target !== null && target !== "bun-linux-x64";
  const modules = isElsewhere ? { ...STAND_INS, [NATIVE_ADDON]: NO_ADDON } : STAND_INS;
  const where = target === null ? {} : { target };
  const packageFiles = new Set<string>();
  const { outputs } = await Bun.build({
    entrypoints: [path.join(root, "cmd", "weir.ts")],
    compile: { outfile, ...where, autoloadDotenv: false, autoloadBunfig: false },
    format: "esm",
    splitting: true,
    minify: true,
    bytecode: true,
    sourcemap: "linked",
    define: {
      WEIR_VERSION: JSON.stringify(versionWithCommit()),
      "process.env.NODE_ENV": JSON.stringify("production"),
    },
    plugins: [standIns(modules), noted(packageFiles)],
  });
  // The executable has its source maps inside; those beside it are only in the way.
  for (const output of outputs) if (output.kind === "sourcemap") rmSync(output.path);
  return { sizeBytes: Bun.file(outfile).size, packageFiles };
}
