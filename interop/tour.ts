/** A command of a page, and what the page says that it prints. */
export interface Step {
  readonly command: string;
  readonly output: string;
  /** The line of the page that the command stands in. */
  readonly line: number;
}

/** A fenced block of a page. */
interface Block {
  readonly language: string;
  readonly lines: readonly string[];
  /** The line of the page that the first of `lines` stands in. */
  readonly line: number;
}

/** The steps of a page's `console` blocks, block by block: what follows `$ ` is a command. */
export function stepsOf(markdown: string): Step[][] {
  return blocksOf(markdown)
    .filter(({ language }) => language === "console")
    .map(({ lines, line }) => {
      const steps: Step[] = [];
      for (const [i, text] of lines.entries()) {
        const last = steps.pop();
        if (text.startsWith("$ ")) {
          if (last) steps.push(last);
          steps.push({ command: text.slice(2), output: "", line: line + i });
        } else if (last) {
          steps.push({ ...last, output: `${last.output}${text}\n` });
        }
      }
      return steps;
    });
}

/** The text of a page's only block of a language. */
export function blockOf(markdown: string, language: string): string {
  const [block, ...others] = blocksOf(markdown).filter((found) => found.language === language);
  if (!block || others.length > 0) throw new Error(`the page has not one block of ${language}`);
  return `${block.lines.join("\n")}\n`;
}

function blocksOf(markdown: string): Block[] {
  const blocks: Block[] = [];
  let open: { language: string; lines: string[]; line: number } | null = null;
  for (const [i, text] of markdown.split("\n").entries()) {
    const fence = /^```(.*)$/.exec(text);
    if (!fence) open?.lines.push(text);
    else if (open === null) open = { language: fence[1] ?? "", lines: [], line: i + 2 };
    else {
      blocks.push(open);
      open = null;
    }
  }
  return blocks;
}
