import { mkdtempSync, rmSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { output, type RunOptions } from "./command.ts";
import { executable, startWeir, type Weir, type WeirOptions } from "./weir.ts";

/** A broker for tests, with the calls that most of them make. */
export interface Fixture extends AsyncDisposable {
  readonly broker: Weir;
  readonly data: string;
  /** Runs a verb of the command line against the broker; resolves with its output. */
  weir(args: readonly string[], options?: RunOptions): Promise<string>;
}

/** Starts a broker on an empty directory that is gone after the tests. */
export async function startFixture(options: Partial<WeirOptions> = {}): Promise<Fixture> {
  const home = mkdtempSync(path.join(os.tmpdir(), "weir-interop-"));
  const data = path.join(home, "data");
  const broker = await startWeir({ data, ...options });
  return {
    broker,
    data,
    weir: (args, runOptions) =>
      output([executable, ...args], {
        ...runOptions,
        env: { ...runOptions?.env, WEIR_BROKER: broker.address },
      }),
    [Symbol.asyncDispose]: async () => {
      const exitCode = await broker.end("SIGTERM");
      rmSync(home, { recursive: true });
      if (exitCode !== 0) throw new Error(`the broker ended with ${exitCode}`);
    },
  };
}

/** A record as `weir consume -o ndjson` prints it and `weir produce --input ndjson` takes it. */
export interface JsonRecord {
  readonly partition?: number;
  readonly offset?: number;
  readonly key: string | null;
  readonly value: string | null;
  readonly headers?: unknown;
}

/** The records of a topic as the command line reads them, partition by partition. */
export async function consumed(fixture: Fixture, topic: string): Promise<JsonRecord[]> {
  const text = await fixture.weir(["consume", topic, "-o", "ndjson"]);
  return text
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line));
}
