import { mkdirSync } from "node:fs";
import path from "node:path";

const source = path.join(import.meta.dir, "reference");
const target = path.resolve(import.meta.dir, "../dist/bench");

/** The C programs of bench/reference/, once built. */
export const tools = {
  broker: path.join(target, "broker"),
  load: path.join(target, "load"),
} as const;

/** Builds them: each with one line. */
export function buildTools(): void {
  mkdirSync(target, { recursive: true });
  for (const [name, outfile] of Object.entries(tools)) {
    const file = path.join(source, `${name}.c`);
    const cmd = ["cc", "-O2", "-msse4.2", "-mpclmul", file, "-o", outfile];
    const { success, stderr } = Bun.spawnSync({ cmd, stdout: "inherit", stderr: "pipe" });
    if (!success) throw new Error(`${cmd.join(" ")}: ${stderr.toString()}`);
  }
}
