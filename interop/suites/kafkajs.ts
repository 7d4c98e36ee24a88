import { readFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { run } from "../command.ts";
import { startFixture } from "../fixture.ts";
import type { SuiteResult } from "./suite.ts";

const TIMEOUT_MS = 40 * 60_000;
/** The suite knows no other. */
const PORT = 9092;

/** Tests of what isn't here: FINDINGS.md tells of each kind. */
const NOT_HERE = [
  /SSL|SASL|SCRAM|PLAIN|authenticat/i,
  /acl/i,
  /transaction|Txn|control batch/i,
  /reassign|brokerPool|findBroker|findGroupCoordinator|deleteTopicRecords|deleteRecords/,
  /manual replica assignment|default replication factor|for all brokers|broker configs/,
  /ListOffsets v0|max timestamp difference|describeConfigs request/,
  /request timeout event/,
  /Produce > v2 request with gzip|Utils > Lock/,
];

interface JestReport {
  readonly numPassedTests: number;
  readonly numPendingTests: number;
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
  const fixture = await startFixture({ port: PORT, settings });
  const report = path.join(os.tmpdir(), `weir-kafkajs-${process.pid}.json`);
  try {
    const env = { KAFKA_VERSION: "2.4", NODE_ENV: "test", KAFKAJS_DEBUG_PROTOCOL_BUFFERS: "1" };
    const options = "--ci --maxWorkers=2 --forceExit --testTimeout=20000 --json --outputFile";
    const command = ["bash", "-c", `cd ${source} && npx jest ${options}=${report}`];
    await run(command, { env, timeoutMs: TIMEOUT_MS });
  } finally {
    await fixture[Symbol.asyncDispose]();
  }
  const { numPassedTests, numPendingTests, testResults }: JestReport = JSON.parse(
    readFileSync(report, "utf8"),
  );
  const failed = testResults.flatMap(({ name, assertionResults }) =>
    assertionResults
      .filter(({ status }) => status === "failed")
      .map(({ fullName }) => ({ fullName, file: path.basename(name) })),
  );
  const failures = failed.filter(
    ({ fullName, file }) => !NOT_HERE.some((it) => it.test(fullName) || it.test(file)),
  );
  for (const { fullName } of failures) tell(`kafkajs ${fullName}`);
  return {
    name: "kafkajs 2.2.4, its own tests",
    passed: numPassedTests,
    failed: failures.length,
    skipped: numPendingTests + failed.length - failures.length,
    failures: failures.map(({ fullName }) => fullName),
  };
}
