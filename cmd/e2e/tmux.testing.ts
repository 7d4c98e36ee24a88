import { environment, type Workbench } from "./weir.testing.ts";

/** Whether this machine has tmux, the terminal of these tests. */
export const hasTmux = Bun.which("tmux") !== null;

/** What a terminal looks like from outside. */
export interface TerminalState {
  readonly onAlternateScreen: boolean;
  readonly showsCursor: boolean;
}

/** How a screen is started. */
export interface ScreenOptions {
  readonly columns?: number;
  readonly rows?: number;
  /** Behind `weir top`. */
  readonly flags?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
}

/** `weir top` on a terminal: what one sees, and keys to press. */
export interface TmuxScreen extends AsyncDisposable {
  /** Presses keys by tmux's names (`Enter`, `Escape`, `C-c`), or one letter. */
  press(...keys: string[]): Promise<void>;
  /** Types a text. */
  type(text: string): Promise<void>;
  /** Waits until the screen shows a text, or no longer does. */
  shows(text: string): Promise<void>;
  hides(text: string): Promise<void>;
  lines(): Promise<string[]>;
  /** All that is on the screen, with its colours as escape sequences. */
  capture(): Promise<string>;
  /** The first line that has a text; fails if none has. */
  lineWith(text: string): Promise<string>;
  resize(columns: number, rows: number): Promise<void>;
  /** Ends the program that draws the screen by a signal. */
  kill(signal: string): Promise<void>;
  state(): Promise<TerminalState>;
}

/** A loaded machine takes its time: what has to appear may take so long. */
const PATIENCE_MS = 60_000;
let opened = 0;

/**
 * Starts `weir top` in a terminal of its own. When it ends, the shell behind it says
 * `ended with CODE`.
 */
export async function openScreen(
  bench: Pick<Workbench, "address" | "directory">,
  { columns = 100, rows = 30, flags = [], env = {} }: ScreenOptions = {},
): Promise<TmuxScreen> {
  const server = `weir-${process.pid}-${opened++}`;
  const tmux = async (...args: string[]): Promise<string> => {
    const child = Bun.spawn(["tmux", "-L", server, "-f", "/dev/null", ...args], {
      env: environment({ WEIR_BROKER: bench.address, LC_ALL: "C.UTF-8", ...env }),
      stdout: "pipe",
      stderr: "pipe",
    });
    const [text, errors, code] = await Promise.all([
      new Response(child.stdout).text(),
      new Response(child.stderr).text(),
      child.exited,
    ]);
    if (code !== 0) throw new Error(`tmux ${args.join(" ")}: ${errors}`);
    return text;
  };
  const command = `weir top ${flags.join(" ")}; echo "ended with $?"; exec sleep 1000`;
  const size = ["-x", String(columns), "-y", String(rows)];
  await tmux("new-session", "-d", "-s", "s", "-c", bench.directory, ...size, "sh", "-c", command);
  const lines = async (): Promise<string[]> =>
    (await tmux("capture-pane", "-p", "-t", "s")).split("\n");
  const waitFor = async (done: (shown: string[]) => boolean, what: string): Promise<void> => {
    const untilMs = Date.now() + PATIENCE_MS;
    for (;;) {
      const shown = await lines();
      if (done(shown)) return;
      if (Date.now() > untilMs) throw new Error(`${what}; it shows:\n${shown.join("\n")}`);
      await Bun.sleep(30);
    }
  };
  const has = (text: string) => (shown: string[]) => shown.some((line) => line.includes(text));
  return {
    async press(...keys) {
      for (const key of keys) await tmux("send-keys", "-t", "s", key);
    },
    async type(text) {
      await tmux("send-keys", "-t", "s", "-l", text);
    },
    shows: (text) => waitFor(has(text), `it never showed ${JSON.stringify(text)}`),
    hides: (text) =>
      waitFor((shown) => !has(text)(shown), `it still shows ${JSON.stringify(text)}`),
    lines,
    capture: () => tmux("capture-pane", "-p", "-e", "-N", "-t", "s"),
    async lineWith(text) {
      const shown = await lines();
      const found = shown.find((line) => line.includes(text));
      if (found !== undefined) return found;
      throw new Error(`no line has ${JSON.stringify(text)}:\n${shown.join("\n")}`);
    },
    async resize(newColumns, newRows) {
      const size = ["-x", String(newColumns), "-y", String(newRows)];
      await tmux("resize-window", "-t", "s", ...size);
    },
    async kill(signal) {
      const shell = (await tmux("display-message", "-p", "-t", "s", "#{pane_pid}")).trim();
      const child = Bun.spawn(["ps", "-o", "pid=", "--ppid", shell], { stdout: "pipe" });
      const pid = Number((await new Response(child.stdout).text()).trim());
      process.kill(pid, signal);
    },
    async state() {
      const text = await tmux("display-message", "-p", "-t", "s", "#{alternate_on} #{cursor_flag}");
      const [alternate, cursor] = text.trim().split(" ");
      return { onAlternateScreen: alternate === "1", showsCursor: cursor === "1" };
    },
    async [Symbol.asyncDispose]() {
      await tmux("kill-server");
    },
  };
}
