/**
 * Builds `dist/weir`: the runtime, all code and native addons in one executable file.
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

const root = path.resolve(import.meta.dir, "../..");
const outfile = path.join(root, "dist", "weir");

/** What stands in for modules, by their names. */
const STAND_INS: Readonly<Record<string, string>> = {
  // The addon that speeds cbor-x up; it does without when there is none.
  "cbor-extract": "module.exports = null;",
  // ink's debugger, which DEV=true in the environment would start.
  "react-devtools-core": "export default { initialize() {}, connectToDevTools() {} };",
  // How wide a text is on a terminal: the runtime knows it, too, and many times faster.
  "string-width": "export default (text) => Bun.stringWidth(text);",
};

const standIns: BunPlugin = {
  name: "stand-ins",
  setup(build) {
    const namespace = "stand-in";
    const filter = new RegExp(`^(${Object.keys(STAND_INS).join("|")})$`);
    build.onResolve({ filter }, ({ path: name }) => ({ path: name, namespace }));
    build.onLoad({ filter, namespace }, ({ path: name }) => ({
      contents: STAND_INS[name] ?? "",
      loader: "js",
    }));
  },
};

function versionWithCommit(): string {
  const git = Bun.spawnSync(["git", "rev-parse", "--short", "HEAD"], { cwd: root });
  const commit = git.success ? git.stdout.toString().trim() : "";
  return commit === "" ? packageJson.version : `${packageJson.version}+${commit}`;
}

const { outputs } = await Bun.build({
  entrypoints: [path.join(root, "cmd", "weir.ts")],
  compile: { outfile, autoloadDotenv: false, autoloadBunfig: false },
  format: "esm",
  splitting: true,
  minify: true,
  bytecode: true,
  sourcemap: "linked",
  define: {
    WEIR_VERSION: JSON.stringify(versionWithCommit()),
    "process.env.NODE_ENV": JSON.stringify("production"),
  },
  plugins: [standIns],
});
// The executable has its source maps inside; those beside it are only in the way.
for (const output of outputs) if (output.kind === "sourcemap") rmSync(output.path);
const { size } = Bun.file(outfile);
process.stdout.write(`${path.relative(root, outfile)}: ${(size / 1e6).toFixed(1)} MB\n`);
