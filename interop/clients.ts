import { existsSync } from "node:fs";
import path from "node:path";

/** Where interop/install.sh puts what doesn't lie beside its program. */
const installed = path.resolve(import.meta.dir, "../dist/interop");
const programs = path.join(import.meta.dir, "clients");

/** A client that may be installed: how to run it, before its own arguments. */
export interface ForeignClient {
  readonly isInstalled: boolean;
  readonly command: readonly string[];
}

/** kafkajs in a program for Node.js. */
export function kafkajs(program: string): ForeignClient {
  return {
    isInstalled: existsSync(path.join(programs, "kafkajs", "node_modules", "kafkajs")),
    command: ["node", path.join(programs, "kafkajs", program)],
  };
}

/** librdkafka in a program for Python. */
export function librdkafka(program: string): ForeignClient {
  const python = path.join(installed, "python", "bin", "python");
  return {
    isInstalled: existsSync(python),
    command: [python, path.join(programs, "python", program)],
  };
}

/** One of Apache Kafka's own tools, by the name of its class. */
export function kafkaTool(className: string): ForeignClient {
  const jars = path.join(installed, "java");
  return {
    isInstalled: existsSync(jars),
    command: ["java", "-cp", `${jars}/*`, `org.apache.kafka.tools.${className}`],
  };
}

/** One of this repository's programs in Java, run from its source with the jars of a folder. */
export function javaProgram(name: string, jars = "java"): ForeignClient {
  const folder = path.join(installed, jars);
  return {
    isInstalled: existsSync(folder),
    command: ["java", "-cp", `${folder}/*`, path.join(programs, "java", `${name}.java`)],
  };
}

/** The program in Go, which is compiled when it is installed. */
export function goProgram(): ForeignClient {
  const program = path.join(installed, "go", "walk");
  return { isInstalled: existsSync(program), command: [program] };
}

/** Kafka Connect with its connectors for files, in standalone mode. */
export function connectStandalone(): ForeignClient & { readonly jars: string } {
  const jars = path.join(installed, "connect");
  const main = "org.apache.kafka.connect.cli.ConnectStandalone";
  return { isInstalled: existsSync(jars), command: ["java", "-cp", `${jars}/*`, main], jars };
}

/** A package of npm's in a program for Node.js, each in a folder of its own. */
export function nodeProgram(folder: string, packageName: string): ForeignClient {
  const home = path.join(programs, folder);
  return {
    isInstalled: existsSync(path.join(home, "node_modules", packageName)),
    command: ["node", path.join(home, "client.mjs")],
  };
}
