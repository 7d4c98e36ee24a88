/**
 * Builds `dist/weir`: the runtime, all code and native addons in one executable file.
 *
 * - Splitting keeps what a command doesn't use out of its start; bytecode spares the parsing.
 * - The executable reads no `.env` and no `bunfig.toml` from where it is started: the latter could
 *   make it run somebody else's code.
 * - Modules that a dependency would like to have at run time, but that would then be looked for
 *   on the user's disk, are replaced by nothing.
 */
import { rmSync } from "node:fs";
import path from "node:path";
import type { BunPlugin } from "bun";
import packageJson from "../../package.json";

const root = path.resolve(import.meta.dir, "../..");
const outfile = path.join(root, "dist", "weir");

/** Asked for with a fallback by those who import them: ink's debugger, cbor-x's accelerator. */
const LEFT_OUT = /^(react-devtools-core|cbor-extract)$/;

const leaveOut: BunPlugin = {
  name: "leave-out",
  setup(build) {
    build.onResolve({ filter: LEFT_OUT }, ({ path: name }) => ({ path: name, namespace: "none" }));
    build.onLoad({ filter: /^/, namespace: "none" }, () => ({
      contents: "module.exports = null;",
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
  plugins: [leaveOut],
});
// The executable has its source maps inside; those beside it are only in the way.
for (const output of outputs) if (output.kind === "sourcemap") rmSync(output.path);
const { size } = Bun.file(outfile);
process.stdout.write(`${path.relative(root, outfile)}: ${(size / 1e6).toFixed(1)} MB\n`);
