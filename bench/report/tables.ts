import type { Summary } from "../statistics.ts";

/** A table of Markdown's. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(" | ")} |\n`;
  return line(head) + line(head.map(() => "---")) + rows.map(line).join("");
}

/** A number with so many digits behind the point, and commas between thousands. */
export function decimal(value: number, digits: number): string {
  return value.toLocaleString("en", {
    minimumFractionDigits: digits,
    maximumFractionDigits: digits,
  });
}

/** A median, and in brackets the smallest and the largest. */
export function spread({ median, min, max }: Summary, digits: number): string {
  return `${decimal(median, digits)} (${decimal(min, digits)}-${decimal(max, digits)})`;
}
