import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import { output } from "../../interop/command.ts";
import { jarVersion, java, kafkaJars, missingJars } from "./jars.ts";
import { freePorts, startService } from "./service.ts";
import type { System } from "./system.ts";

/** Those of Kafka's own start script. */
const JVM = [
  ...["-Xms1g", "-Xmx1g", "-server", "-XX:+UseG1GC", "-XX:MaxGCPauseMillis=20"],
  ...["-XX:InitiatingHeapOccupancyPercent=35", "-XX:+ExplicitGCInvokesConcurrent"],
];
/** Without it, what is on the class path says nothing, also not that it serves. */
const INFORMATIVE = "-Dorg.apache.logging.log4j.level=INFO";
const CLUSTER_ID = "weirBenchKafka00000000";

/** One broker that is its own controller, with the settings of a release but for those given. */
export function kafka(name: string, ack: string, settings: Readonly<Record<string, string>>) {
  return {
    name,
    protocol: "kafka",
    warmUpSeconds: 15,
    ack,
    missing: () => missingJars(kafkaJars),
    version: () => jarVersion(kafkaJars),
    start: async (directory) => {
      mkdirSync(directory, { recursive: true });
      const [port = 0, controllerPort = 0] = freePorts(2);
      const file = path.join(directory, "server.properties");
      const lines = properties(path.join(directory, "data"), port, controllerPort, settings);
      writeFileSync(file, `${lines.join("\n")}\n`);
      if (!existsSync(path.join(directory, "data", "meta.properties"))) {
        const format = java(kafkaJars, [], "kafka.tools.StorageTool");
        await output([...format, "format", "-t", CLUSTER_ID, "-c", file]);
      }
      const service = await startService({
        cmd: [...java(kafkaJars, [...JVM, INFORMATIVE], "kafka.Kafka"), file],
        logFile: path.join(directory, "kafka.log"),
        ready: /Kafka Server started/,
      });
      const address = `127.0.0.1:${port}`;
      return {
        address,
        bootstrap: address,
        pids: [service.pid],
        end: async (signal = "SIGTERM") => await service.end(signal),
      };
    },
  } satisfies System;
}

function properties(
  data: string,
  port: number,
  controllerPort: number,
  settings: Readonly<Record<string, string>>,
): string[] {
  const listeners = `PLAINTEXT://127.0.0.1:${port},CONTROLLER://127.0.0.1:${controllerPort}`;
  const all: Readonly<Record<string, string>> = {
    "process.roles": "broker,controller",
    "node.id": "1",
    listeners,
    "advertised.listeners": `PLAINTEXT://127.0.0.1:${port}`,
    "controller.listener.names": "CONTROLLER",
    "controller.quorum.voters": `1@127.0.0.1:${controllerPort}`,
    "log.dirs": data,
    "offsets.topic.replication.factor": "1",
    "transaction.state.log.replication.factor": "1",
    "transaction.state.log.min.isr": "1",
    "share.coordinator.state.topic.replication.factor": "1",
    "share.coordinator.state.topic.min.isr": "1",
    // Not a minute after a topic: then they would take memory and disk when others are measured.
    "log.segment.delete.delay.ms": "100",
    ...settings,
  };
  return Object.entries(all).map(([name, value]) => `${name}=${value}`);
}
