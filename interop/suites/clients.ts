import { readFileSync } from "node:fs";
import path from "node:path";
import type { SuiteResult } from "./suite.ts";

const root = path.resolve(import.meta.dir, "../..");
const report = path.join(root, "dist", "interop.xml");

/**
 * This repository's tests with other people's clients, a result for each file. `isFast`: without
 * those that `npm test` runs already.
 */
export async function clientSuites(isFast: boolean): Promise<SuiteResult[]> {
  const globs = ["./interop/*.interop.ts", ...(isFast ? [] : ["./interop/*.test.ts"])];
  const child = Bun.spawn({
    cmd: [
      ...[process.execPath, "test", "--timeout=120000", "--only-failures"],
      ...["--reporter=junit", `--reporter-outfile=${report}`],
      ...globs.flatMap((glob) => [...new Bun.Glob(glob).scanSync({ cwd: root })]),
    ],
    cwd: root,
    stdout: "inherit",
    stderr: "inherit",
  });
  await child.exited;
  return [
    ...readFileSync(report, "utf8").matchAll(/<testsuite name="(interop\/[^"]+)"[^>]*>/g),
  ].flatMap(([head, name = ""]) => {
    const count = (what: string) => Number(new RegExp(` ${what}="(\\d+)"`).exec(head)?.[1] ?? 0);
    const [failed, skipped] = [count("failures"), count("skipped")];
    const failures = failed === 0 ? [] : ["see above"];
    const passed = count("tests") - failed - skipped;
    return [{ name: path.basename(name), passed, failed, skipped, failures }];
  });
}
