import { existsSync, mkdirSync, rmSync, symlinkSync } from "node:fs";
import path from "node:path";

const dist = path.resolve(import.meta.dir, "../dist");
const target = path.join(dist, "bench");
/** librdkafka as interop/install.sh builds it: newer than what a system brings. */
const builtLibrdkafka = path.join(dist, "interop", "librdkafka", "src");

/** The C programs, once built. */
export const tools = {
  broker: path.join(target, "broker"),
  load: path.join(target, "load"),
  rdkafka: path.join(target, "rdkafka"),
} as const;

/** Builds the reference and the raw load generator. */
export function buildTools(): void {
  mkdirSync(target, { recursive: true });
  for (const name of ["broker", "load"] as const) {
    const file = path.join(import.meta.dir, "reference", `${name}.c`);
    compile(["-msse4.2", "-mpclmul", file, "-o", tools[name]]);
  }
}

/** Builds the client on librdkafka: our build of it, or the system's (Debian: librdkafka-dev). */
export function buildRdkafkaClient(): void {
  mkdirSync(path.join(target, "include"), { recursive: true });
  const file = path.join(import.meta.dir, "clients", "rdkafka.c");
  const library = path.join(builtLibrdkafka, "librdkafka.a");
  if (!existsSync(library)) {
    compile([file, "-o", tools.rdkafka, "-lrdkafka", "-lpthread"]);
    return;
  }
  const include = path.join(target, "include");
  rmSync(path.join(include, "librdkafka"), { force: true });
  symlinkSync(builtLibrdkafka, path.join(include, "librdkafka"));
  const libraries = [library, "-lm", "-lz", "-ldl", "-lpthread", "-lrt"];
  compile([file, "-I", include, "-o", tools.rdkafka, ...libraries]);
}

function compile(args: readonly string[]): void {
  const cmd = ["cc", "-O2", ...args];
  const { success, stderr } = Bun.spawnSync({ cmd, stdout: "inherit", stderr: "pipe" });
  if (!success) throw new Error(`${cmd.join(" ")}: ${stderr.toString()}`);
}
