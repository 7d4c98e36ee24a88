import { type CaseResult, OUTCOMES } from "./case.ts";
import { DAMAGES, FILE_KINDS } from "./spoil.ts";

/** How often each outcome was met, a line for each kind of file and damage. */
export function outcomeTable(results: readonly CaseResult[]): string {
  const header = ["file", "damage", "cases", ...OUTCOMES, "records lost"];
  const rows = FILE_KINDS.flatMap((fileKind) =>
    DAMAGES.map((damage) => {
      const these = results.filter(({ spoilt }) => {
        return spoilt.fileKind === fileKind && spoilt.damage === damage;
      });
      return rowOf([fileKind, damage], these);
    }).filter(([, , cases]) => cases !== "0"),
  );
  const lines = [header, header.map(() => "---"), ...rows, rowOf(["all", ""], results)];
  return lines.map((cells) => `| ${cells.join(" | ")} |`).join("\n");
}

function rowOf(names: readonly string[], results: readonly CaseResult[]): string[] {
  const counts = OUTCOMES.map((outcome) => {
    return results.filter((result) => result.outcome === outcome).length;
  });
  const lost = results.reduce((sum, { lostRecords }) => sum + lostRecords, 0);
  const cells = [results.length, ...counts, lost];
  return [...names, ...cells.map(String)];
}
