/** What a command left behind. */
export interface Finished {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** How to run a command. */
export interface RunOptions {
  readonly input?: string | Uint8Array;
  readonly env?: Readonly<Record<string, string>>;
  /** After this the command is killed; a minute, if left out. */
  readonly timeoutMs?: number;
}

/** How much of what a failed command printed is told. */
const MAX_PRINTED = 2000;

/** Runs a command to its end, whatever that is. */
export async function run(cmd: readonly string[], options: RunOptions = {}): Promise<Finished> {
  const { input = "", env = {}, timeoutMs = 60_000 } = options;
  const child = Bun.spawn({
    cmd: [...cmd],
    env: { ...process.env, ...env },
    stdin: typeof input === "string" ? new TextEncoder().encode(input) : input,
    stdout: "pipe",
    stderr: "pipe",
    timeout: timeoutMs,
    // A client that is asked to end may do so with 0, and half of what it was to print.
    killSignal: "SIGKILL",
  });
  const [stdout, stderr, exitCode] = await Promise.all([
    child.stdout.text(),
    child.stderr.text(),
    child.exited,
  ]);
  return { exitCode, stdout, stderr };
}

/** Runs a command that has to succeed, and resolves with what it printed. */
export async function output(cmd: readonly string[], options: RunOptions = {}): Promise<string> {
  const { exitCode, stdout, stderr } = await run(cmd, options);
  if (exitCode === 0) return stdout;
  const printed = `${stdout.slice(-MAX_PRINTED)}\n${stderr.slice(-MAX_PRINTED)}`;
  throw new Error(`${cmd.join(" ")}: exit code ${exitCode}\n${printed}`);
}
