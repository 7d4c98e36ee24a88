/** A fenced block of a page in Markdown. */
export interface Block {
  /** The first word behind the fence: `sh`, `console`, `js`; empty where there is none. */
  readonly language: string;
  /** The second one: the name of the file that a reader makes of the block. */
  readonly file: string;
  /** Without the indentation that the fence has, in a list. */
  readonly lines: readonly string[];
  readonly indent: string;
  /** The number of the page's line, from 0, that the first of `lines` is. */
  readonly at: number;
  /** What comments right above it say to who runs the page, which readers don't see. */
  readonly notes: readonly Note[];
}

/** `<!-- not run: it needs two machines -->`, or `<!-- first: weir broker & -->`. */
export interface Note {
  readonly kind: "not run" | "first";
  readonly text: string;
}

const NOTE = /<!-- (not run|first):\s(.*?)-->/gs;

/** All fenced blocks of a page, in their order. Throws where one doesn't end. */
export function blocksOf(page: string): Block[] {
  const blocks: Block[] = [];
  const lines = page.split("\n");
  let textFrom = 0;
  for (let i = 0; i < lines.length; i++) {
    const fence = /^( *)```(\S*) ?(\S*)$/.exec(lines[i] ?? "");
    if (fence === null) continue;
    const [, indent = "", language = "", file = ""] = fence;
    const end = lines.findIndex((line, j) => j > i && line === `${indent}\`\`\``);
    if (end < 0) throw new Error(`the block of line ${i + 1} doesn't end`);
    const inside = lines.slice(i + 1, end).map((line) => line.slice(indent.length));
    const notes = notesOf(lines.slice(textFrom, i).join("\n"));
    blocks.push({ language, file, lines: inside, indent, at: i + 1, notes });
    textFrom = end + 1;
    i = end;
  }
  return blocks;
}

function notesOf(text: string): Note[] {
  return [...text.matchAll(NOTE)].map(([, kind, said = ""]) => ({
    kind: kind === "first" ? "first" : "not run",
    text: said.replaceAll(/^ +/gm, "").trim(),
  }));
}
