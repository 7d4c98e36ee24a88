import { mkdirSync, openSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import type { Signal } from "./system.ts";

const LOOK_MS = 5;
const PATIENCE_MS = 180_000;

/** A program that serves until it is told to end. */
export interface Program {
  readonly cmd: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** Where what it prints goes: its last life's text is overwritten. */
  readonly logFile: string;
  /** What it says when it serves. */
  readonly ready: RegExp;
}

/** A program's process. */
export interface Service {
  readonly pid: number;
  end(signal: Signal): Promise<void>;
}

/** Starts a program; resolves when it serves, rejects with the end of its log when it ends. */
export async function startService(program: Program): Promise<Service> {
  const { cmd, env = {}, logFile, ready } = program;
  mkdirSync(path.dirname(logFile), { recursive: true });
  writeFileSync(logFile, "");
  const log = openSync(logFile, "a");
  const child = Bun.spawn({
    cmd: [...cmd],
    env: { ...process.env, ...env },
    stdin: "ignore",
    stdout: log,
    stderr: log,
  });
  const endMs = performance.now() + PATIENCE_MS;
  while (!ready.test(readFileSync(logFile, "utf8"))) {
    if (child.exitCode !== null || performance.now() > endMs) {
      child.kill("SIGKILL");
      throw new Error(`${cmd[0]} doesn't serve: ${readFileSync(logFile, "utf8").slice(-2000)}`);
    }
    await Bun.sleep(LOOK_MS);
  }
  return {
    pid: child.pid,
    end: async (signal) => {
      child.kill(signal);
      await child.exited;
    },
  };
}

/** Ports that nobody listens on, all different. */
export function freePorts(count: number): number[] {
  const listeners = Array.from({ length: count }, () =>
    Bun.listen({ hostname: "127.0.0.1", port: 0, socket: { data() {} } }),
  );
  const ports = listeners.map(({ port }) => port);
  for (const listener of listeners) listener.stop();
  return ports;
}

/** A number of ports that are free and one behind the other; returns the first. */
export function freePortRange(count: number): number {
  for (let attempts = 0; attempts < 100; attempts++) {
    const [first = 0] = freePorts(1);
    try {
      for (let port = first; port < first + count; port++) {
        Bun.listen({ hostname: "127.0.0.1", port, socket: { data() {} } }).stop();
      }
      return first;
    } catch {
      // One of them is taken.
    }
  }
  throw new Error(`there are no ${count} free ports`);
}

/** Connects until someone on this machine accepts. */
export async function untilAccepted(port: number): Promise<void> {
  for (let attempts = 0; ; attempts++) {
    try {
      const socket = await Bun.connect({ hostname: "127.0.0.1", port, socket: { data() {} } });
      socket.end();
      return;
    } catch (error) {
      if (attempts === 1000) throw error;
      await Bun.sleep(10);
    }
  }
}

/** The first line that a command prints; "unknown", where there is no such command. */
export function firstLine(...cmd: string[]): string {
  try {
    const { stdout, stderr } = Bun.spawnSync({ cmd, stdout: "pipe", stderr: "pipe" });
    return (stdout.toString() || stderr.toString()).split("\n")[0] ?? "";
  } catch {
    return "unknown";
  }
}
