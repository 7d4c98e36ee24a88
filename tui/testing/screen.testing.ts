import { Readable, Writable } from "node:stream";
import { Terminal as VirtualTerminal } from "@xterm/headless";
import { type ManualClock, manualClock } from "../../internal/platform/testing/manual-clock.ts";
import type { AppOptions } from "../app/options.ts";
import { unicodeGlyphs } from "../theme/glyphs.ts";
import { runTop } from "../top.tsx";
import { FakeBroker } from "./fake-client.testing.ts";

/** A terminal's output end: what is written goes to a terminal that only exists in memory. */
class FakeStdout extends Writable {
  readonly isTTY = true;
  columns: number;
  rows: number;
  writtenBytes = 0;
  readonly #terminal: VirtualTerminal;

  constructor(terminal: VirtualTerminal) {
    super();
    this.#terminal = terminal;
    this.columns = terminal.cols;
    this.rows = terminal.rows;
  }

  override _write(chunk: Uint8Array, _: string, done: () => void): void {
    this.writtenBytes += chunk.length;
    this.#terminal.write(chunk, done);
  }
}

/** A terminal's input end. */
class FakeStdin extends Readable {
  readonly isTTY = true;
  isRaw = false;

  override _read(): void {}

  setRawMode(isRaw: boolean): this {
    this.isRaw = isRaw;
    return this;
  }

  ref(): this {
    return this;
  }

  unref(): this {
    return this;
  }
}

const KEYS: Readonly<Record<string, string>> = {
  up: "\x1b[A",
  down: "\x1b[B",
  right: "\x1b[C",
  left: "\x1b[D",
  enter: "\r",
  escape: "\x1b",
  tab: "\t",
  pagedown: "\x1b[6~",
  backspace: "\x7f",
};

/** The screen, run by a test: what it shows, and keys to press. */
export interface TestScreen extends AsyncDisposable {
  readonly broker: FakeBroker;
  readonly clock: ManualClock;
  /** Its lines, without spaces at their ends. */
  lines(): string[];
  /** Whether it stands on the alternate screen. */
  onAlternate(): boolean;
  /** Presses keys, by their names or letter by letter. */
  press(...keys: string[]): void;
  resize(columns: number, rows: number): void;
  /** Waits until the screen is connected, and follows what the broker tells. */
  watched(): Promise<void>;
  /** Waits until the screen shows a text, or no longer does. */
  shows(text: string): Promise<void>;
  hides(text: string): Promise<void>;
  /** Waits until something holds; fails with `what`. */
  until(done: () => boolean, what: string): Promise<void>;
  /** The first line that has a text. */
  lineWith(text: string): string;
  /** The rows of a list that are on the screen, of a view that is all table. */
  rows(): readonly string[];
  /** The selected one of them; "" if none is. */
  selected(): string;
  /** Waits until a row that begins with a text is selected. */
  selects(text: string): Promise<void>;
  /** Waits until all that was to be drawn is drawn. */
  settled(): Promise<void>;
  /** Bytes that were written to the terminal so far. */
  writtenBytes(): number;
  readonly copied: string[];
  readonly ended: Promise<void>;
}

/** Around a table there are a line for where one is, its head, and the line at the bottom. */
const LINES_ABOVE = 2;
const LINES_BELOW = 1;
const { pointer } = unicodeGlyphs;

/** A row stands behind the place of the pointer. */
function rowsIn(tableLines: readonly string[]): readonly string[] {
  return tableLines.filter((line) => line !== "").map((line) => line.slice(pointer.length));
}

function selectedIn(tableLines: readonly string[]): string {
  const line = tableLines.find((one) => one.startsWith(pointer)) ?? "";
  return line.slice(pointer.length);
}

/** Starts the screen on a terminal of this size. */
export function openScreen(
  columns = 80,
  rows = 24,
  options: Partial<AppOptions> = {},
  broker = new FakeBroker(),
): TestScreen {
  const terminal = new VirtualTerminal({
    ...{ cols: columns, rows, allowProposedApi: true, convertEol: true },
  });
  const stdout = new FakeStdout(terminal);
  const stdin = new FakeStdin();
  const clock = manualClock();
  const copied: string[] = [];
  const top = runTop(
    { stdin: stdin as never, stdout: stdout as never, fps: 60 },
    {
      clock,
      connect: broker.connect,
      connectTo: broker.connectTo,
      address: "broker-1:9092",
      brokerOption: " -b broker-1:9092",
      refreshMs: 500,
      readOnly: false,
      palette: "dark",
      capabilities: { depth: 256, ascii: false },
      parsePlace: (text) => {
        if (/^\d+$/.test(text)) return { kind: "offset", offset: Number(text) };
        throw new Error(`${text} is no place`);
      },
      copy: (text) => copied.push(text),
      planReset: async () => [],
      save: async (topic) => `${topic}.ndjson`,
      ...options,
    },
  );
  top.ended.catch(() => {});
  const lines = (): string[] => {
    const { active } = terminal.buffer;
    return Array.from({ length: terminal.rows }, (_, row) =>
      (active.getLine(active.viewportY + row)?.translateToString(true) ?? "").trimEnd(),
    );
  };
  const waitFor = async (done: () => boolean, what: string): Promise<void> => {
    for (let turn = 0; !done(); turn++) {
      if (turn > 400) throw new Error(`${what}; it shows:\n${lines().join("\n")}`);
      clock.advance(20);
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
  };
  const tableLines = () => lines().slice(LINES_ABOVE, -LINES_BELOW);
  const has = (text: string): boolean => lines().some((line) => line.includes(text));
  return {
    ...{ broker, clock, lines, copied, ended: top.ended },
    onAlternate: () => terminal.buffer.active.type === "alternate",
    press(...keys) {
      for (const key of keys) stdin.push(KEYS[key] ?? key);
    },
    resize(newColumns, newRows) {
      terminal.resize(newColumns, newRows);
      stdout.columns = newColumns;
      stdout.rows = newRows;
      stdout.emit("resize");
    },
    until: waitFor,
    watched: () => waitFor(() => broker.watches.length > 0, "nobody watches"),
    shows: (text) => waitFor(() => has(text), `it never showed ${JSON.stringify(text)}`),
    hides: (text) => waitFor(() => !has(text), `it still shows ${JSON.stringify(text)}`),
    rows: () => rowsIn(tableLines()),
    selected: () => selectedIn(tableLines()),
    selects: (text) => {
      const isSelected = () => selectedIn(tableLines()).startsWith(text);
      return waitFor(isSelected, `it never selected ${text}`);
    },
    lineWith: (text) => lines().find((line) => line.includes(text)) ?? "",
    async settled() {
      let before = -1;
      while (before !== stdout.writtenBytes) {
        before = stdout.writtenBytes;
        for (let turn = 0; turn < 4; turn++) {
          clock.advance(20);
          await new Promise((resolve) => setTimeout(resolve, 10));
        }
      }
    },
    writtenBytes: () => stdout.writtenBytes,
    async [Symbol.asyncDispose]() {
      top.close();
      await top.ended.catch(() => {});
    },
  };
}
