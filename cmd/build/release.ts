/**
 * Builds what is released, into `dist/release`: an executable for each machine, completion scripts,
 * the unit for systemd with the file that it reads, alarms and a dashboard, the licence and the
 * notices of what is bundled, and SHA-256 sums of all of them (`sha256sum -c SHA256SUMS`).
 *
 * The runtimes of other machines come from the package registry; names after `--` choose among
 * the machines: `npm run release -- linux-x64`.
 */
import { createHash } from "node:crypto";
import { copyFileSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import packageJson from "../../package.json";
import { scripts } from "../completion/scripts.ts";
import { buildExecutable, root, type Target } from "./executable.ts";
import { notices } from "./notices.ts";

const TARGETS: Readonly<Record<string, Target>> = {
  "linux-x64": "bun-linux-x64",
  "linux-arm64": "bun-linux-arm64",
  "macos-x64": "bun-darwin-x64",
  "macos-arm64": "bun-darwin-arm64",
};

const directory = path.join(root, "dist", "release");
const files = new Set<string>();
const wanted = process.argv.slice(2);
rmSync(directory, { recursive: true, force: true });
mkdirSync(directory, { recursive: true });
for (const [machine, target] of Object.entries(TARGETS)) {
  if (wanted.length > 0 && !wanted.includes(machine)) continue;
  const name = `weir-${packageJson.version}-${machine}`;
  const { sizeBytes, packageFiles } = await buildExecutable(path.join(directory, name), target);
  for (const file of packageFiles) files.add(file);
  process.stdout.write(`${name}: ${(sizeBytes / 1e6).toFixed(1)} MB\n`);
}
for (const [shell, script] of Object.entries(scripts)) {
  writeFileSync(path.join(directory, `weir-completion.${shell}`), script);
}
for (const name of ["weir.service", "broker.toml", "prometheus-rules.yml", "grafana.json"]) {
  copyFileSync(path.join(root, "docs", name), path.join(directory, name));
}
copyFileSync(path.join(root, "LICENSE"), path.join(directory, "LICENSE"));
writeFileSync(path.join(directory, "NOTICES.txt"), notices(files));
const sums = readdirSync(directory).map((name) => {
  const hash = createHash("sha256").update(readFileSync(path.join(directory, name)));
  return `${hash.digest("hex")}  ${name}\n`;
});
writeFileSync(path.join(directory, "SHA256SUMS"), sums.join(""));
