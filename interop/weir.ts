import { closeSync, existsSync, mkdirSync, openSync } from "node:fs";
import path from "node:path";

/** The executable under test: what `npm run build` made, unless the environment names another. */
export const executable =
  process.env.WEIR_EXECUTABLE ?? path.resolve(import.meta.dir, "../dist/weir");

const LOOPBACK = "127.0.0.1";

/** Where on the network a process is: a namespace, and its address there. */
export interface Place {
  readonly namespace: string;
  readonly host: string;
}

/** How a broker is started. */
export interface WeirOptions {
  readonly data: string;
  /** 0, if left out: any free one. */
  readonly port?: number;
  /** The host that clients are told to connect to; 127.0.0.1, if left out. */
  readonly advertisedHost?: string;
  readonly durability?: "fsync" | "memory";
  /** Broker settings, as with `--set`. */
  readonly settings?: Readonly<Record<string, string>>;
  /** The address of the master that it is to follow. */
  readonly slaveOf?: string;
  /** The etcd of the cluster that it is to be one of. */
  readonly etcd?: string;
  /** The machine's own network, if left out. */
  readonly place?: Place;
}

/** A broker in a process of its own. */
export interface Weir {
  /** HOST:PORT */
  readonly address: string;
  readonly port: number;
  readonly pid: number;
  /** Milliseconds from the start of the process until it said that it serves. */
  readonly readyMs: number;
  /** Where its log is appended. */
  readonly logFile: string;
  /**
   * Sends a signal, unless it is gone already; resolves with the exit code (128 + number for a
   * signal) when it is.
   */
  end(signal: "SIGTERM" | "SIGKILL"): Promise<number>;
}

/** Starts the compiled broker; rejects with the end of its log when it doesn't come up. */
export async function startWeir(options: WeirOptions): Promise<Weir> {
  if (!existsSync(executable)) throw new Error(`${executable} is missing: npm run build makes it`);
  mkdirSync(path.dirname(options.data), { recursive: true });
  const logFile = `${options.data}.log`;
  const { place } = options;
  const enter = place ? ["ip", "netns", "exec", place.namespace] : [];
  const log = openSync(logFile, "a");
  const began = performance.now();
  const child = Bun.spawn({
    cmd: [...enter, executable, ...brokerArguments(options)],
    stdin: "ignore",
    stdout: "pipe",
    stderr: log,
  });
  closeSync(log);
  const line = await firstLine(child.stdout);
  const readyMs = performance.now() - began;
  const port = /"addresses":\["[^"]*:(\d+)"/.exec(line)?.[1];
  if (port === undefined) {
    const code = await child.exited;
    const text = await Bun.file(logFile).text();
    throw new Error(`the broker ended with ${code}: ${text.slice(-2000)}`);
  }
  return {
    address: `${place?.host ?? LOOPBACK}:${port}`,
    port: Number(port),
    pid: child.pid,
    readyMs,
    logFile,
    end: async (signal) => {
      child.kill(signal);
      return await child.exited;
    },
  };
}

function brokerArguments(options: WeirOptions): string[] {
  const { data, port = 0, durability = "fsync", settings = {}, place, slaveOf } = options;
  const { advertisedHost, etcd } = options;
  return [
    ...["broker", "--json", "--data", data, "--listen", `${place?.host ?? LOOPBACK}:${port}`],
    ...(advertisedHost === undefined ? [] : ["--advertise", `${advertisedHost}:${port}`]),
    ...["--durability", durability],
    ...(slaveOf === undefined ? [] : ["--slave-of", slaveOf]),
    ...(etcd === undefined ? [] : ["--etcd", etcd]),
    ...Object.entries(settings).flatMap(([name, value]) => ["--set", `${name}=${value}`]),
  ];
}

/** The first line of a stream, or what there was of it. */
async function firstLine(stream: ReadableStream<Uint8Array>): Promise<string> {
  const decoder = new TextDecoder();
  const reader = stream.getReader();
  let text = "";
  while (!text.includes("\n")) {
    const { done, value } = await reader.read();
    if (done) break;
    text += decoder.decode(value, { stream: true });
  }
  reader.releaseLock();
  return text;
}
