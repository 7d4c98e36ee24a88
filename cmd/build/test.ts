/**
 * Runs all tests and closes with one line that counts them: `12 passed, 0 failed`.
 *
 * That line stands alone and last, so that whatever reads the output finds it there. A run that
 * ends badly without a failed test (a file that doesn't load, a process that dies) counts as one.
 */
import { readFileSync, rmSync } from "node:fs";
import path from "node:path";

const root = path.resolve(import.meta.dir, "../..");
const report = path.join(root, "dist", "tests.xml");
const TIMEOUT_MS = 30_000;

rmSync(report, { force: true });
const run = Bun.spawn({
  cmd: [
    process.execPath,
    "test",
    "--only-failures",
    `--timeout=${TIMEOUT_MS}`,
    "--reporter=junit",
    `--reporter-outfile=${report}`,
    ...process.argv.slice(2),
  ],
  cwd: root,
  stdin: "ignore",
  stdout: "inherit",
  stderr: "inherit",
});
const exitCode = await run.exited;
const { tests, failures, skipped } = counts(report);
const failed = exitCode === 0 ? failures : Math.max(1, failures);
const skips = skipped > 0 ? `, ${skipped} skipped` : "";
const passed = Math.max(0, tests - failures - skipped);
process.stdout.write(`${passed} passed, ${failed} failed${skips}\n`);
process.exitCode = failed === 0 ? 0 : 1;

/** What the report's first element counts; nothing where the run wrote none. */
function counts(file: string): { tests: number; failures: number; skipped: number } {
  let head = "";
  try {
    head = /<testsuites [^>]*>/.exec(readFileSync(file, "utf8"))?.[0] ?? "";
  } catch {
    return { tests: 0, failures: 1, skipped: 0 };
  }
  const count = (name: string): number =>
    Number(new RegExp(` ${name}="(\\d+)"`).exec(head)?.[1] ?? 0);
  return { tests: count("tests"), failures: count("failures"), skipped: count("skipped") };
}
