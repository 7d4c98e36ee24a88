import { type Block, blocksOf } from "./blocks.ts";

/** A command of a page, and what the page says that it prints. */
export interface Step {
  readonly command: string;
  /** Null where the page doesn't show it: then the command only has to succeed. */
  readonly output: string | null;
  /** Which of the page's lines, from 0, the output is; without the one at `to`. */
  readonly from: number;
  readonly to: number;
  readonly indent: string;
}

/** What is done with a page, in its order. */
export type Part =
  | { readonly kind: "steps"; readonly at: number; readonly steps: readonly Step[] }
  | { readonly kind: "file"; readonly name: string; readonly text: string }
  | { readonly kind: "not run"; readonly at: number; readonly why: string };

/** What changes the machine that the pages are run on: such a block has to say `not run`. */
const MACHINE = /\b(sudo|useradd|systemctl|apt-get|install -)/;

/**
 * What a page asks its reader to do. Throws where that would change the machine.
 *
 * - A `console` block is a talk with a shell: `$ ` begins a command, `> ` goes on with it, and
 *   other lines are what it prints.
 * - A `sh` block is one script. If a `text` block is all that follows, that is what it prints.
 * - A block with a file's name behind its language is that file.
 * - `<!-- first: COMMANDS -->` above a block is run before it, `<!-- not run: WHY -->` leaves it
 *   out.
 */
export function partsOf(page: string): Part[] {
  const lines = page.split("\n");
  const blocks = blocksOf(page);
  return blocks.flatMap((block, i): Part[] => {
    const { language, file, at, notes } = block;
    if (file !== "") return [{ kind: "file", name: file, text: `${block.lines.join("\n")}\n` }];
    if (language !== "console" && language !== "sh") return [];
    const excuse = notes.find(({ kind }) => kind === "not run");
    if (excuse) return [{ kind: "not run", at, why: excuse.text }];
    const own = block.lines.find((line) => MACHINE.test(line));
    if (own !== undefined) throw new Error(`line ${at} isn't marked as \`not run\`: ${own}`);
    const before = notes.map(({ text }) => hidden(text, at));
    const next = blocks[i + 1];
    const printed = next && follows(lines, block, next) ? next : null;
    const steps = language === "sh" ? [scriptOf(block, printed)] : talkOf(block);
    return [{ kind: "steps", at, steps: [...before, ...steps] }];
  });
}

function hidden(command: string, at: number): Step {
  return { command, output: null, from: at, to: at, indent: "" };
}

/** Whether a block of text stands right below a script, with an empty line between them. */
function follows(lines: readonly string[], script: Block, next: Block): boolean {
  const end = script.at + script.lines.length;
  return next.language === "text" && next.at === end + 3 && lines[end + 1] === "";
}

function scriptOf({ lines, indent, at }: Block, printed: Block | null): Step {
  const command = lines.join("\n");
  if (printed === null) return { command, output: null, from: at, to: at, indent };
  const output = printed.lines.map((line) => `${line}\n`).join("");
  return { command, output, from: printed.at, to: printed.at + printed.lines.length, indent };
}

function talkOf({ lines, indent, at }: Block): Step[] {
  const steps: Step[] = [];
  for (const [i, text] of lines.entries()) {
    const next = at + i + 1;
    const last = steps.pop();
    if (text.startsWith("$ ")) {
      if (last) steps.push(last);
      steps.push({ command: text.slice(2), output: "", from: next, to: next, indent });
    } else if (last && last.output === "" && text.startsWith("> ")) {
      steps.push({ ...last, command: `${last.command}\n${text.slice(2)}`, from: next, to: next });
    } else if (last) {
      steps.push({ ...last, output: `${last.output}${text}\n`, to: next });
    }
  }
  return steps;
}

/** The page with what its steps print now: only where that is something else, as `same` has it. */
export function withOutputs(
  page: string,
  steps: readonly Step[],
  printed: readonly string[],
  same: (a: string, b: string) => boolean,
): string {
  const lines = page.split("\n");
  for (const [i, step] of [...steps.entries()].reverse()) {
    const now = printed[i];
    if (step.output === null || now === undefined || same(now, step.output)) continue;
    const fresh = now.replace(/\n$/, "").split("\n");
    const indented = now === "" ? [] : fresh.map((line) => (step.indent + line).trimEnd());
    lines.splice(step.from, step.to - step.from, ...indented);
  }
  return lines.join("\n");
}
