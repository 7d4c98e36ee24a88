import { mkdirSync } from "node:fs";
import path from "node:path";
import { tools } from "../tools.ts";
import { freePorts, untilAccepted } from "./service.ts";
import type { Signal, System } from "./system.ts";

const ACKS = {
  cache: "the record is in the page cache",
  files: "the record is synced; one sync a file and turn of the loop",
  journal: "the record is synced, in a second copy that all files share; one sync a turn",
};

/** The broker in C. Its data doesn't survive a restart. */
export function reference(mode: keyof typeof ACKS): System {
  return {
    name: mode === "cache" ? "C" : `C, ${mode}`,
    protocol: "kafka",
    warmUpSeconds: 0.5,
    ack: ACKS[mode],
    missing: () => (Bun.which("cc") ? null : "there is no C compiler (cc)"),
    version: () => "bench/reference/broker.c",
    start: async (directory) => {
      mkdirSync(directory, { recursive: true });
      const [port = 0] = freePorts(1);
      const data = path.join(directory, "data");
      const cmd = [tools.broker, String(port), data, ...(mode === "cache" ? [] : [mode])];
      const child = Bun.spawn({ cmd, stdin: "ignore", stdout: "ignore", stderr: "inherit" });
      await untilAccepted(port);
      const address = `127.0.0.1:${port}`;
      const end = async (signal: Signal = "SIGTERM") => {
        child.kill(signal);
        await child.exited;
      };
      return { address, bootstrap: address, pids: [child.pid], end };
    },
  };
}
