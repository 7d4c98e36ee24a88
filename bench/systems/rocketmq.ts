import { mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import { jarVersion, java, missingJars, rocketMqJars } from "./jars.ts";
import { freePortRange, startService } from "./service.ts";
import type { Signal, System } from "./system.ts";

/** What RocketMQ's own start script opens to it on a newer Java. */
const OPENED = [
  "--add-exports=java.base/jdk.internal.ref=ALL-UNNAMED",
  "--add-opens=java.base/java.nio=ALL-UNNAMED",
];
/** A heap like Kafka's, where the script takes 8 GB of a machine. */
const BROKER_JVM = ["-Xms1g", "-Xmx1g", "-XX:MaxDirectMemorySize=1g", "-XX:+UseG1GC", ...OPENED];
const NAME_SERVER_JVM = ["-Xms128m", "-Xmx128m", ...OPENED];
const READY = /boot success/;

/** A name server and a broker. */
export function rocketMq(
  name: string,
  ack: string,
  flushDiskType: "ASYNC_FLUSH" | "SYNC_FLUSH",
): System {
  return {
    name,
    protocol: "rocketmq",
    ack,
    // Its load takes twice as long, see clients/java.
    warmUpSeconds: 8,
    missing: () => missingJars(rocketMqJars),
    version: () => jarVersion(rocketMqJars),
    start: async (directory) => {
      // The broker takes the port two below its own, too.
      const port = freePortRange(5);
      const address = `127.0.0.1:${port}`;
      const nameServer = await startPart(directory, "namesrv", NAME_SERVER_JVM, {
        listenPort: String(port),
      });
      const broker = await startPart(directory, "broker", BROKER_JVM, {
        ...{ brokerClusterName: "bench", brokerName: "bench", brokerIP1: "127.0.0.1" },
        ...{ listenPort: String(port + 3), haListenPort: String(port + 4) },
        namesrvAddr: address,
        storePathRootDir: path.join(directory, "data"),
        storePathCommitLog: path.join(directory, "data", "commitlog"),
        // A quarter of its default: a file is taken whole.
        mappedFileSizeCommitLog: String(256 << 20),
        flushDiskType,
      }).catch(async (error) => {
        await nameServer.end("SIGTERM");
        throw error;
      });
      return {
        address,
        bootstrap: address,
        pids: [broker.pid, nameServer.pid],
        end: async (signal: Signal = "SIGTERM") => {
          await broker.end(signal);
          await nameServer.end(signal);
        },
      };
    },
  };
}

async function startPart(
  directory: string,
  part: "namesrv" | "broker",
  flags: readonly string[],
  settings: Readonly<Record<string, string>>,
) {
  mkdirSync(directory, { recursive: true });
  const file = path.join(directory, `${part}.conf`);
  const lines = Object.entries(settings).map(([key, value]) => `${key}=${value}`);
  writeFileSync(file, `${lines.join("\n")}\n`);
  const homes = [`-Duser.home=${directory}`, `-Drocketmq.home.dir=${directory}`];
  const main = part === "broker" ? "broker.BrokerStartup" : "namesrv.NamesrvStartup";
  const command = java(rocketMqJars, [...flags, ...homes], `org.apache.rocketmq.${main}`);
  return await startService({
    cmd: [...command, "-c", file],
    logFile: path.join(directory, `${part}.log`),
    ready: READY,
  });
}
