import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import type { Part, Step } from "./steps.ts";

/** What a step left behind. */
export interface Outcome {
  readonly output: string;
  readonly code: number;
}

/** What a page is run with. */
export interface Surroundings {
  /** The folder of the compiled executable. */
  readonly programs: string;
  /** The packages that programs of the page import; null where there are none. */
  readonly nodeModules: string | null;
}

/** The width of the terminal that everything is shown on. */
const COLUMNS = 80;

/** Longer than a page takes on a busy machine. */
export const MAX_MS = 60_000;

/** Where pages have it that they are run. */
const PAGE_DIRECTORY = "/tmp/tour";

/** Which build between two releases a version is of. */
const BUILD = /(?<=\b\d+\.\d+\.\d+)\+[0-9a-f]{7,}\b/g;

/** Ends a step's output, with its exit code in between. */
const MARK = "\x1e";

/**
 * Has brokers listen where the page's are to be, and waits until those in the background serve,
 * and until who is killed is gone: readers aren't as fast as scripts.
 * `RUNNING` are they and what else is in the background: all that has to go at the end.
 */
const PRELUDE = `
exec < /dev/null
RUNNING=()
weir() {
  if [ "$1" != broker ]; then command weir "$@"; return; fi
  if [[ "$*" =~ --advertise\\ ([^ ]+) ]]; then set -- "$@" --listen "\${BASH_REMATCH[1]}"; fi
  [[ "$*" == *--listen* ]] || set -- "$@" --listen "$WEIR_BROKER"
  exec weir "$@" > ready
}
in_background() {
  RUNNING+=($!)
  disown
}
serves() {
  read -r line < ready && echo "$line"
}
kill() {
  builtin kill "$@" && tail --pid "\${@: -1}" -s 0.01 -f /dev/null
}
gone() {
  for one in "\${RUNNING[@]}"; do kill -9 "$one" 2> /dev/null; done
}
trap gone EXIT
mkfifo ready
`;

/**
 * Does what a page says, on a terminal, in a folder and at addresses of its own: one outcome for
 * each step. Commands are given the addresses in place of the page's, and outputs the page's again;
 * what a service has in /var/lib/weir is where a broker has it by default.
 */
export async function runPage(parts: readonly Part[], around: Surroundings): Promise<Outcome[]> {
  const directory = mkdtempSync(path.join(os.tmpdir(), "weir-page-"));
  const steps = stepsOf(parts);
  const addresses = freeAddresses(steps);
  const there = (text: string) =>
    replaced(text, addresses).replaceAll(/\/var\/lib\/weir\b/g, "weir-data");
  try {
    for (const part of parts) {
      if (part.kind === "file") writeFileSync(path.join(directory, part.name), there(part.text));
    }
    if (around.nodeModules) symlinkSync(around.nodeModules, path.join(directory, "node_modules"));
    writeFileSync(path.join(directory, "page.sh"), PRELUDE + steps.map(scriptOf(there)).join(""));
    const shown = await onTerminal(directory, around.programs, there(DEFAULT_ADDRESS));
    const back = replaced(shown, new Map([...addresses].map(([page, here]) => [here, page])));
    const pieces = back.replaceAll(directory, PAGE_DIRECTORY).replaceAll(BUILD, "").split(MARK);
    return steps.map((_, i) => ({
      output: asSeen(pieces[2 * i] ?? ""),
      code: Number(pieces[2 * i + 1] ?? -1),
    }));
  } finally {
    rmSync(directory, { recursive: true });
  }
}

/** The steps of all parts that are run. */
export function stepsOf(parts: readonly Part[]): Step[] {
  return parts.flatMap((part) => (part.kind === "steps" ? part.steps : []));
}

const DEFAULT_ADDRESS = "127.0.0.1:9092";
const ADDRESS = /\b(127\.0\.0\.1|[a-z]+-\d):\d{4}\b/g;

/** A free address for each that the page names, and for the one that needs no naming. */
function freeAddresses(steps: readonly Step[]): Map<string, string> {
  const text = steps.map(({ command }) => command).join("\n");
  const named = new Set([DEFAULT_ADDRESS, ...(text.match(ADDRESS) ?? [])]);
  const listeners = [...named].map((address) => {
    const socket = { data() {} };
    return { address, listener: Bun.listen({ hostname: "127.0.0.1", port: 0, socket }) };
  });
  for (const { listener } of listeners) listener.stop(true);
  return new Map(listeners.map((one) => [one.address, `127.0.0.1:${one.listener.port}`]));
}

function replaced(text: string, names: ReadonlyMap<string, string>): string {
  return [...names].reduce((done, [from, to]) => done.replaceAll(from, to), text);
}

/** A broker that isn't put into the background is another machine's, with its folder and log. */
const ELSEWHERE = /^weir broker((?!.* &$).*?)(?: +#.*)?$/gm;

function scriptOf(there: (text: string) => string) {
  let disks = 1;
  return ({ command, output }: Step): string => {
    const text = there(command)
      .replaceAll(
        ELSEWHERE,
        (_, options) => `weir broker${options} --data disk-${disks++} 2> /dev/null &`,
      )
      .replaceAll(/^.* &$/gm, "$&\nin_background")
      .replaceAll(/^weir broker.*\n.*$/gm, "$&\nserves");
    if (output !== null) return `${text}\nprintf '${MARK}%s${MARK}' $?\n`;
    const end = `trap - ERR\nprintf '${MARK}%s${MARK}' $failed\n`;
    return `failed=0\ntrap 'failed=$?' ERR\n${text}\n${end}`;
  };
}

async function onTerminal(cwd: string, programs: string, broker: string): Promise<string> {
  const decoder = new TextDecoder();
  let shown = "";
  const child = Bun.spawn(["bash", "page.sh"], {
    cwd,
    env: {
      PATH: `${programs}:${process.env.PATH}`,
      HOME: cwd,
      TERM: "xterm-256color",
      WEIR_BROKER: broker,
    },
    timeout: MAX_MS,
    terminal: {
      cols: COLUMNS,
      rows: 24,
      data(_, bytes) {
        shown += decoder.decode(bytes, { stream: true });
      },
    },
  });
  await child.exited;
  child.terminal?.close();
  return shown;
}

/** What is left to see: no colours, no lines that others have taken the place of. */
function asSeen(shown: string): string {
  const lines = shown.replaceAll("\r\n", "\n").split("\n");
  return lines.map((line) => Bun.stripANSI(line.split("\r\x1b[K").at(-1) ?? "")).join("\n");
}
