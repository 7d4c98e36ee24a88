import { mkdirSync, rmSync } from "node:fs";
import path from "node:path";
import { startWeir } from "../interop/weir.ts";
import { tools } from "./tools.ts";

/** What is measured: something that takes Kafka's Produce. */
export interface System {
  readonly name: string;
  /** Starts it on an empty directory. */
  start(directory: string): Promise<RunningSystem>;
}

/** A system in a process of its own. */
export interface RunningSystem {
  /** HOST:PORT */
  readonly address: string;
  readonly pid: number;
  /** Ends it and removes what it wrote. */
  end(): Promise<void>;
}

/** Two systems that promise the same with an ack, to be measured in turns. */
export interface Pair {
  readonly title: string;
  readonly weir: System;
  readonly reference: System;
}

/** What is compared with what. */
export const pairs: readonly Pair[] = [
  {
    title: "Durable: an ack means that the record is on the disk",
    weir: weir("fsync"),
    reference: reference("journal"),
  },
  {
    title: "Unsynced: an ack means that the record is in the page cache",
    weir: weir("memory"),
    reference: reference(null),
  },
];

function weir(durability: "fsync" | "memory"): System {
  return {
    name: `Weir, ${durability}`,
    start: async (directory) => {
      const data = path.join(directory, "data");
      const { address, pid, end } = await startWeir({ data, durability });
      return {
        address,
        pid,
        end: async () => {
          await end("SIGTERM");
          remove(directory);
        },
      };
    },
  };
}

function reference(mode: "journal" | null): System {
  return {
    name: mode === null ? "C" : `C, ${mode}`,
    start: async (directory) => {
      mkdirSync(directory, { recursive: true });
      const port = freePort();
      const cmd = [tools.broker, String(port), directory, ...(mode === null ? [] : [mode])];
      const child = Bun.spawn({ cmd, stdin: "ignore", stdout: "ignore", stderr: "inherit" });
      await untilAccepted(port);
      return {
        address: `127.0.0.1:${port}`,
        pid: child.pid,
        end: async () => {
          child.kill();
          await child.exited;
          remove(directory);
        },
      };
    },
  };
}

/** Removes a directory, and waits for what the file system has to do after that. */
function remove(directory: string): void {
  rmSync(directory, { recursive: true });
  Bun.spawnSync({ cmd: ["sync", "--file-system", path.dirname(directory)] });
}

function freePort(): number {
  const listener = Bun.listen({ hostname: "127.0.0.1", port: 0, socket: { data() {} } });
  const { port } = listener;
  listener.stop();
  return port;
}

/** Connects until someone accepts. */
async function untilAccepted(port: number): Promise<void> {
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
