import { mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";

/** A real etcd, alone, on this machine. */
export interface EtcdServer {
  readonly url: string;
  readonly pid: number;
  /** Ends it at once. */
  kill(): Promise<void>;
  /** Starts it again on its data. */
  restart(): Promise<void>;
  /** Ends it, and removes its data. */
  close(): Promise<void>;
}

/** Whether there is an etcd to start (Debian: etcd-server). */
export const hasEtcd = Bun.which("etcd") !== null;

/** Starts an etcd with nothing in it; it answers when this resolves. */
export async function startEtcd(): Promise<EtcdServer> {
  const directory = mkdtempSync(path.join(tmpdir(), "weir-etcd-"));
  const client = `http://127.0.0.1:${await freePort()}`;
  const peer = `http://127.0.0.1:${await freePort()}`;
  const start = async () => {
    const child = Bun.spawn(
      [
        "etcd",
        ...["--data-dir", directory, "--log-level", "error"],
        ...["--listen-client-urls", client, "--advertise-client-urls", client],
        ...["--listen-peer-urls", peer, "--initial-advertise-peer-urls", peer],
        ...["--initial-cluster", `default=${peer}`],
      ],
      { stdout: "ignore", stderr: "ignore" },
    );
    await answers(client);
    return child;
  };
  let child = await start();
  const kill = async () => {
    child.kill("SIGKILL");
    await child.exited;
  };
  return {
    url: client,
    get pid() {
      return child.pid;
    },
    kill,
    restart: async () => {
      child = await start();
    },
    close: async () => {
      await kill();
      rmSync(directory, { recursive: true, force: true });
    },
  };
}

async function answers(url: string): Promise<void> {
  for (let tries = 0; tries < 400; tries++) {
    try {
      if ((await fetch(`${url}/health`)).ok) return;
    } catch {
      // It isn't there yet.
    }
    await Bun.sleep(25);
  }
  throw new Error(`etcd at ${url} doesn't answer`);
}

async function freePort(): Promise<number> {
  const { promise, resolve } = Promise.withResolvers<number>();
  const server = createServer().listen(0, "127.0.0.1", () => {
    const address = server.address();
    const port = typeof address === "object" && address ? address.port : 0;
    server.close(() => resolve(port));
  });
  return promise;
}
