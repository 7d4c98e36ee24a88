import { existsSync, readdirSync } from "node:fs";
import path from "node:path";

const dist = path.resolve(import.meta.dir, "../../dist");

/** A Java program whose jars lie in one of some folders: that of an installation, or our own. */
export interface Jars {
  /** Its name in sentences. */
  readonly name: string;
  readonly folders: readonly string[];
  /** A jar that is named after the program's version: what stands before it. */
  readonly versioned: string;
}

/** Apache Kafka: where `KAFKA_HOME` is, or what Maven brought. */
export const kafkaJars: Jars = {
  name: "Apache Kafka",
  folders: [
    ...(process.env.KAFKA_HOME === undefined ? [] : [path.join(process.env.KAFKA_HOME, "libs")]),
    path.join(dist, "bench", "kafka"),
    path.join(dist, "interop", "java"),
  ],
  versioned: "kafka-server-common-",
};

/** Apache RocketMQ, and beside it our load on its library: the class RocketMq. */
export const rocketMqJars: Jars = {
  name: "Apache RocketMQ",
  folders: [path.join(dist, "bench", "rocketmq")],
  versioned: "rocketmq-broker-",
};

/** RabbitMQ's library for Java, and our load on it: the class RabbitMq. */
export const rabbitMqJars: Jars = {
  name: "RabbitMQ's Java client",
  folders: [path.join(dist, "bench", "rabbitmq", "client")],
  versioned: "amqp-client-",
};

function folderOf({ folders }: Jars): string | undefined {
  return folders.find((folder) => existsSync(folder));
}

/** What a program of these jars lacks, as a sentence. */
export function missingJars(jars: Jars): string | null {
  if (Bun.which("java") === null) return "there is no Java runtime (java)";
  if (folderOf(jars) !== undefined) return null;
  return `there are no jars of ${jars.name}: npm run bench:install`;
}

export function jarVersion(jars: Jars): string {
  const names = readdirSync(folderOf(jars) ?? dist);
  const jar = names.find((name) => name.startsWith(jars.versioned) && name.endsWith(".jar"));
  return jar?.slice(jars.versioned.length, -".jar".length) ?? "unknown";
}

/** The command that runs a class of these jars, or one that lies beside them. */
export function java(jars: Jars, flags: readonly string[], main: string): string[] {
  const folder = folderOf(jars) ?? ".";
  return ["java", ...flags, "-cp", `${folder}/*:${folder}`, main];
}
