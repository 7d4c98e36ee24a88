import { writeSync } from "node:fs";
import { version } from "./version.ts";

/**
 * Scripts ask for the version often, and loading the verbs takes twice as long as all the rest: so
 * this does without. Returns whether that was asked for and done.
 */
function printedVersion(argv: readonly string[]): boolean {
  if (argv.length !== 1 || (argv[0] !== "--version" && argv[0] !== "-V")) return false;
  try {
    writeSync(1, `${version}\n`);
    return true;
  } catch {
    return false; // as any other output that can't be written
  }
}

const argv = process.argv.slice(2);
if (!printedVersion(argv)) {
  // Not awaited: under Bun an error past a pending top-level await leaves the process hanging.
  void import("./main.ts").then(({ main }) => main(argv));
}
