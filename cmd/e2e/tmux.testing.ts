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
  /** What is run: `top`. */
  readonly verb?: string;
  readonly flags?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
}

/**
 * Someone at a terminal with `weir top` on it: what they see, and what they do. Tests read as one
 * would tell it: `await you.press("3"); await you.see("billing"); await you.confirm("billing")`.
 * Seeing waits, so that nothing has to be in time.
 */
export interface SomeoneAtScreen extends AsyncDisposable {
  /** Presses keys by tmux's names (`Enter`, `Escape`, `C-c`), or one letter. */
  press(...keys: string[]): Promise<void>;
  /** Types a text. */
  type(text: string): Promise<void>;
  /** Writes a command behind `:` and has it done. */
  run(command: string): Promise<void>;
  /** Types the word that is asked for before something is changed, once it is asked for. */
  confirm(word: string): Promise<void>;
  /** Waits until the screen shows a text, or no longer does. */
  see(text: string): Promise<void>;
  seeNoMore(text: string): Promise<void>;
  /** Waits until one line shows all of these. */
  seeTogether(...texts: string[]): Promise<void>;
  /** Waits until the selected row has all of these. */
  haveSelected(...texts: string[]): Promise<void>;
  /** Keys that were pressed so far, those of typed texts, too. */
  keyCount(): number;
  lines(): Promise<string[]>;
  /** All that is on the screen, with its colours as escape sequences. */
  capture(): Promise<string>;
  resize(columns: number, rows: number): Promise<void>;
  /** The program that draws the screen. */
  pid(): Promise<number>;
  /** Ends it by a signal. */
  kill(signal: string): Promise<void>;
  state(): Promise<TerminalState>;
}

/** A loaded machine takes its time: what has to appear may take so long. */
const PATIENCE_MS = 60_000;
/** And a whole test so long. */
export const TERMINAL_TEST_MS = 300_000;
let opened = 0;

/**
 * Starts `weir top` in a terminal of its own. When it ends, the shell behind it says
 * `ended with CODE`.
 */
export async function openScreen(
  bench: Pick<Workbench, "address" | "directory">,
  { columns = 100, rows = 30, verb = "top", flags = [], env = {} }: ScreenOptions = {},
): Promise<SomeoneAtScreen> {
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
  const command = `weir ${verb} ${flags.join(" ")}; echo "ended with $?"; exec sleep 1000`;
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
  const isOnOne =
    (...texts: string[]) =>
    (shown: string[]) =>
      shown.some((line) => {
        // How far apart columns stand is the screen's business.
        const squeezed = line.replaceAll(/ +/g, " ");
        return texts.every((text) => line.includes(text) || squeezed.includes(text));
      });
  let keyCount = 0;
  const press = async (...keys: string[]): Promise<void> => {
    keyCount += keys.length;
    for (const key of keys) await tmux("send-keys", "-t", "s", key);
  };
  const type = async (text: string): Promise<void> => {
    keyCount += text.length;
    await tmux("send-keys", "-t", "s", "-l", text);
  };
  const see = (text: string) => waitFor(isOnOne(text), `it never showed ${JSON.stringify(text)}`);
  const seeTogether = (...texts: string[]) =>
    waitFor(isOnOne(...texts), `no line had all of ${JSON.stringify(texts)}`);
  const pid = async (): Promise<number> => {
    const shell = (await tmux("display-message", "-p", "-t", "s", "#{pane_pid}")).trim();
    const child = Bun.spawn(["ps", "-o", "pid=", "--ppid", shell], { stdout: "pipe" });
    return Number((await new Response(child.stdout).text()).trim());
  };
  return {
    press,
    type,
    keyCount: () => keyCount,
    see,
    seeTogether,
    async run(command) {
      await press(":");
      await type(command);
      await see(`:${command}`);
      await press("Enter");
    },
    async confirm(word) {
      await see(`Type ${word} to go on`);
      await type(word);
      await see(`> ${word}`);
      await press("Enter");
    },
    seeNoMore: (text) =>
      waitFor((shown) => !isOnOne(text)(shown), `it still shows ${JSON.stringify(text)}`),
    haveSelected: (...texts) => seeTogether("▌", ...texts),
    lines,
    capture: () => tmux("capture-pane", "-p", "-e", "-N", "-t", "s"),
    async resize(newColumns, newRows) {
      const size = ["-x", String(newColumns), "-y", String(newRows)];
      await tmux("resize-window", "-t", "s", ...size);
    },
    pid,
    kill: async (signal) => void process.kill(await pid(), signal),
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
