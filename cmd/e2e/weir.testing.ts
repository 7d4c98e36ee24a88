import { existsSync, mkdtempSync, rmSync } from "node:fs";
import os from "node:os";
import path from "node:path";

const root = path.resolve(import.meta.dir, "../..");
const executable = path.join(root, "dist", "weir");

/** What a finished command left behind. */
export interface Finished {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** How a command is run. */
export interface RunOptions {
  readonly stdin?: string | Uint8Array;
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
}

/** A broker of the compiled executable, on a directory that goes when it goes. */
export interface Workbench extends AsyncDisposable {
  readonly address: string;
  readonly directory: string;
  /** Runs `weir` with these arguments against the broker. */
  weir(args: readonly string[], options?: RunOptions): Promise<Finished>;
  /** Runs a line of bash in which `weir` is the executable; `pipefail` is not set. */
  bash(line: string, options?: RunOptions): Promise<Finished>;
  /** Starts `weir` and leaves it running, with pipes on all its streams. */
  start(args: readonly string[]): RunningWeir;
}

/** A command that runs. */
export type RunningWeir = ReturnType<typeof spawnWeir>;

let built: Promise<void> | null = null;

/** Builds the executable where it is missing; `npm test` has built it before. */
export function ensureBuilt(): Promise<void> {
  built ??= (async () => {
    if (existsSync(executable)) return;
    const build = Bun.spawn([process.execPath, "cmd/build/build.ts"], { cwd: root });
    if ((await build.exited) !== 0) throw new Error("the build failed");
  })();
  return built;
}

/** Starts a broker and waits until it serves. */
export async function openWorkbench(flags: readonly string[] = []): Promise<Workbench> {
  await ensureBuilt();
  const directory = mkdtempSync(path.join(os.tmpdir(), "weir-e2e-"));
  const data = path.join(directory, "data");
  const broker = await startBroker(["--data", data, "--listen", "127.0.0.1:0", ...flags]);
  const env = { WEIR_BROKER: broker.address };
  return {
    address: broker.address,
    directory,
    weir: (args, options) => finish([executable, ...args], directory, env, options),
    bash: (line, options) => finish(["bash", "-c", line], directory, env, options),
    start: (args) => spawnWeir(args, directory, env),
    [Symbol.asyncDispose]: async () => {
      await broker.stop();
      rmSync(directory, { recursive: true });
    },
  };
}

/** A broker alone, for tests about brokers. */
export async function startBroker(args: readonly string[]) {
  await ensureBuilt();
  const child = spawnWeir(["broker", "--json", ...args], os.tmpdir(), {});
  const line = await child.line();
  if (line === null) throw new Error(`the broker did not start: ${await child.stderr()}`);
  const ready = JSON.parse(line);
  return {
    ready,
    address: String(ready.addresses[0]),
    pid: child.pid,
    stderr: child.stderr,
    exited: child.exited,
    async stop(signal: "SIGTERM" | "SIGINT" = "SIGTERM"): Promise<number> {
      child.kill(signal);
      return child.exited;
    },
  };
}

/** Starts `weir` with pipes on its streams. */
export function spawnWeir(
  args: readonly string[],
  cwd: string,
  env: Readonly<Record<string, string>>,
) {
  const child = Bun.spawn([executable, ...args], {
    cwd,
    env: environment(env),
    stdin: "pipe",
    stdout: "pipe",
    stderr: "pipe",
  });
  const output = child.stdout.getReader();
  const decoder = new TextDecoder();
  let text = "";
  let ended = false;
  let errors: Promise<string> | null = null;
  const readMore = async (): Promise<void> => {
    const { done, value } = await output.read();
    text += decoder.decode(value, { stream: !done });
    ended = done;
  };
  return {
    pid: child.pid,
    exited: child.exited,
    kill: (signal: "SIGINT" | "SIGTERM" | "SIGKILL") => child.kill(signal),
    write(input: string) {
      child.stdin.write(input);
      child.stdin.flush();
    },
    endInput: () => child.stdin.end(),
    /** The next line of stdout, without its end; null when there is none any more. */
    async line(): Promise<string | null> {
      while (!text.includes("\n") && !ended) await readMore();
      const at = text.indexOf("\n");
      if (at < 0) return null;
      const line = text.slice(0, at);
      text = text.slice(at + 1);
      return line;
    },
    /** What is left of stdout. */
    async rest(): Promise<string> {
      while (!ended) await readMore();
      return text;
    },
    stderr(): Promise<string> {
      errors ??= new Response(child.stderr).text();
      return errors;
    },
  };
}

/** Runs `weir` without a broker, in a directory of its own. */
export async function weirAlone(
  args: readonly string[],
  options: RunOptions = {},
): Promise<Finished> {
  await ensureBuilt();
  return finish([executable, ...args], os.tmpdir(), {}, options);
}

async function finish(
  command: readonly string[],
  cwd: string,
  env: Readonly<Record<string, string>>,
  options: RunOptions = {},
): Promise<Finished> {
  const { stdin = "" } = options;
  const child = Bun.spawn([...command], {
    cwd: options.cwd ?? cwd,
    env: environment({ ...env, ...options.env }),
    stdin: typeof stdin === "string" ? new TextEncoder().encode(stdin) : stdin,
    stdout: "pipe",
    stderr: "pipe",
  });
  const [stdout, stderr, code] = await Promise.all([
    new Response(child.stdout).text(),
    new Response(child.stderr).text(),
    child.exited,
  ]);
  return { code, stdout, stderr };
}

/** What a command finds around it: nothing of this machine but where programs are. */
export function environment(env: Readonly<Record<string, string>>): Record<string, string> {
  return { PATH: `${path.dirname(executable)}:${process.env.PATH}`, HOME: os.tmpdir(), ...env };
}
