/** How a suite of other people's went. */
export interface SuiteResult {
  readonly name: string;
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
  /** The names of those that failed. */
  readonly failures: readonly string[];
}

/** A row for each suite, and the names of what failed below. */
export function table(results: readonly SuiteResult[]): string {
  const cells = [
    ["suite", "passed", "failed", "skipped"],
    ...results.map(({ name, passed, failed, skipped }) => [name, passed, failed, skipped]),
  ].map((row) => row.map(String));
  const widths = [0, 1, 2, 3].map((column) =>
    Math.max(...cells.map((row) => row[column]?.length ?? 0)),
  );
  const rows = cells.map((row) =>
    row
      .map((cell, column) =>
        column === 0 ? cell.padEnd(widths[0] ?? 0) : cell.padStart(widths[column] ?? 0),
      )
      .join("  "),
  );
  const failures = results.flatMap(({ name, failures }) => failures.map((it) => `${name}: ${it}`));
  return [...rows, ...failures].join("\n");
}
