/** How one test of other people's went. */
export type Outcome = "passed" | "failed" | "skipped";

/** How a suite of other people's went. */
export interface SuiteResult {
  readonly name: string;
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
  /** The names of those that failed. */
  readonly failures: readonly string[];
}

/** The result of a suite by the outcome of each of its tests. */
export function counted(
  name: string,
  outcomes: readonly (readonly [test: string, outcome: Outcome])[],
): SuiteResult {
  const of = (wanted: Outcome) =>
    outcomes.flatMap(([test, outcome]) => (outcome === wanted ? [test] : []));
  const failures = of("failed");
  const [passed, skipped] = [of("passed").length, of("skipped").length];
  return { name, passed, failed: failures.length, skipped, failures };
}

/** A row for each suite, a last one for all of them, and the names of what failed below. */
export function table(results: readonly SuiteResult[]): string {
  const sum = (of: (result: SuiteResult) => number) =>
    results.reduce((total, result) => total + of(result), 0);
  const cells = [
    ["suite", "passed", "failed", "skipped"],
    ...results.map(({ name, passed, failed, skipped }) => [name, passed, failed, skipped]),
    ["all", sum(({ passed }) => passed), sum(({ failed }) => failed), sum((it) => it.skipped)],
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
