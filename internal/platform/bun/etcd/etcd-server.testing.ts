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

/** How an etcd is started. */
export interface EtcdServerOptions {
  /** A network namespace to run in, and its address there: the machine's own, if left out. */
  readonly place?: { readonly namespace: string; readonly host: string };
  /** Files with certificates: clients have to come by https, and to show one of this authority. */
  readonly tls?: { readonly ca: string; readonly cert: string; readonly key: string };
}

/** Starts an etcd with nothing in it; it answers when this resolves. */
export async function startEtcd({ place, tls }: EtcdServerOptions = {}): Promise<EtcdServer> {
  const directory = mkdtempSync(path.join(tmpdir(), "weir-etcd-"));
  const client = `${tls ? "https" : "http"}://${place?.host ?? "127.0.0.1"}:${await freePort()}`;
  const peer = `http://127.0.0.1:${await freePort()}`;
  const enter = place ? ["ip", "netns", "exec", place.namespace] : [];
  const trusted = tls && { ca: Bun.file(tls.ca), cert: Bun.file(tls.cert), key: Bun.file(tls.key) };
  const start = async () => {
    const child = Bun.spawn(
      [
        ...[...enter, "etcd"],
        ...(tls ? ["--cert-file", tls.cert, "--key-file", tls.key] : []),
        ...(tls ? ["--client-cert-auth", "--trusted-ca-file", tls.ca] : []),
        ...["--data-dir", directory, "--log-level", "error"],
        ...["--listen-client-urls", client, "--advertise-client-urls", client],
        ...["--listen-peer-urls", peer, "--initial-advertise-peer-urls", peer],
        ...["--initial-cluster", `default=${peer}`],
      ],
      { stdout: "ignore", stderr: "ignore" },
    );
    await answers(client, trusted);
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

async function answers(url: string, tls?: Bun.TLSOptions): Promise<void> {
  for (let tries = 0; tries < 400; tries++) {
    try {
      if ((await fetch(`${url}/health`, tls && { tls })).ok) return;
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
