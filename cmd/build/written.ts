/** What the docs have that is written by programs. */

/** A table as Markdown has it. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const lines = [head, head.map(() => "---"), ...rows];
  return lines.map((cells) => `| ${cells.join(" | ")} |`).join("\n");
}

/**
 * A page with `text` between the two lines that mark the part of this name.
 *
 * Throws where the page has no such part.
 */
export function withPart(page: string, name: string, text: string): string {
  const begin = `<!-- ${name}: \`npm run docs\` writes what follows. -->`;
  const end = `<!-- end of ${name} -->`;
  const [before, rest] = page.split(begin);
  const after = rest?.split(end)[1];
  if (before === undefined || after === undefined) throw new Error(`no place for ${name}`);
  return `${before}${begin}\n\n${text}\n\n${end}${after}`;
}
