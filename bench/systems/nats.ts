import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import { firstLine, freePorts, startService } from "./service.ts";
import type { System } from "./system.ts";

const home = path.resolve(import.meta.dir, "../../dist/bench/nats");
const server = path.join(home, "nats-server");

/** Our load on NATS's client library. */
export const natsLoad = path.join(home, "nats-load");

/** NATS with JetStream, and lines for the settings of that. */
export function nats(name: string, ack: string, settings: readonly string[]): System {
  return {
    name,
    protocol: "nats",
    ack,
    warmUpSeconds: 1,
    missing: () =>
      existsSync(server) && existsSync(natsLoad)
        ? null
        : "there is no NATS server: npm run bench:install, which needs Go",
    version: () => firstLine(server, "--version").replace(/^.*: /, ""),
    start: async (directory) => {
      mkdirSync(directory, { recursive: true });
      const [port = 0] = freePorts(1);
      const log = path.join(directory, "server.log");
      const config = path.join(directory, "nats.conf");
      const jetStream = [`store_dir: "${path.join(directory, "data")}"`, ...settings];
      const lines = [`listen: 127.0.0.1:${port}`, "jetstream {", ...jetStream, "}"];
      writeFileSync(config, `${lines.join("\n")}\n`);
      const service = await startService({
        cmd: [server, "-c", config],
        logFile: log,
        ready: /Server is ready/,
      });
      const address = `127.0.0.1:${port}`;
      return {
        address,
        bootstrap: address,
        pids: [service.pid],
        end: async (signal = "SIGTERM") => await service.end(signal),
      };
    },
  };
}
