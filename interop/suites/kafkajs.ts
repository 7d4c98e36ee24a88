import { readFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { run } from "../command.ts";
import { startFixture } from "../fixture.ts";
import { counted, type SuiteResult } from "./suite.ts";

const TIMEOUT_MS = 60 * 60_000;
/** The suite knows no other. */
const PORT = 9092;

/** What may fail, by its reason: `FILE: full name of the test`. FINDINGS.md says more of each. */
const leftOut: Readonly<Record<string, readonly string[]>> = JSON.parse(
  readFileSync(path.join(import.meta.dir, "kafkajs-left-out.json"), "utf8"),
);

interface JestReport {
  readonly testResults: readonly {
    readonly name: string;
    readonly assertionResults: readonly { readonly status: string; readonly fullName: string }[];
  }[];
}

/**
 * kafkajs's own jest suite, which its npm package leaves out: KAFKAJS_SOURCE names a checkout of
 * its version 2.2.4 with its development packages installed. null without.
 */
export async function kafkajsSuite(tell: (line: string) => void): Promise<SuiteResult | null> {
  const source = process.env.KAFKAJS_SOURCE;
  if (source === undefined) return null;
  const settings = { "num.partitions": "2", "group.initial.rebalance.delay.ms": "0" };
  // Its tests expect the name by which they connect.
  const fixture = await startFixture({ port: PORT, advertisedHost: "localhost", settings });
  const report = path.join(os.tmpdir(), `weir-kafkajs-${process.pid}.json`);
  try {
    const env = {
      ...{ KAFKA_VERSION: "2.4", NODE_ENV: "test", KAFKAJS_DEBUG_PROTOCOL_BUFFERS: "1" },
      PATH: `${path.join(import.meta.dir, "kafka", "bin")}:${process.env.PATH}`,
      BROKERS: fixture.broker.address,
    };
    const options = "--ci --maxWorkers=2 --forceExit --testTimeout=20000 --json --outputFile";
    const command = ["bash", "-c", `cd ${source} && npx jest ${options}=${report}`];
    await run(command, { env, timeoutMs: TIMEOUT_MS });
  } finally {
    await fixture[Symbol.asyncDispose]();
  }
  const { testResults }: JestReport = JSON.parse(readFileSync(report, "utf8"));
  const mayFail = new Set(Object.values(leftOut).flat());
  const outcomes = testResults.flatMap(({ name, assertionResults }) =>
    assertionResults.map(({ status, fullName }) => {
      const test = `${path.relative(source, name)}: ${fullName}`;
      const outcome =
        status === "passed"
          ? ("passed" as const)
          : status === "failed" && !mayFail.has(test)
            ? ("failed" as const)
            : ("skipped" as const);
      if (outcome === "failed") tell(`kafkajs ${test}`);
      return [test, outcome] as const;
    }),
  );
  return counted("kafkajs 2.2.4, its own tests", outcomes);
}
