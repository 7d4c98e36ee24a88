import { existsSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { run } from "../command.ts";
import { startFixture } from "../fixture.ts";
import { counted, type Outcome, type SuiteResult } from "./suite.ts";

const home = path.resolve(import.meta.dir, "../../dist/interop/librdkafka/tests");
const TIMEOUT_MS = 300_000;

/**
 * The numbers of the tests that are left out, by what they want; FINDINGS.md says more. Whoever
 * mends something makes this list shorter.
 */
const LEFT_OUT: Readonly<Record<string, string>> = {
  transactions: "0098 0103 0129",
  "TLS and SASL": "0064 0097 0124 0126 0128 0133 0134 0135 0142",
  "access control": "0109 0115 0119",
  "three brokers with racks": "0101 8001",
  "share groups": "0170 0171 0172 0173 0174 0175 0176 0177 0178 0179 0180 0181 0184 0185 0186 0190",
  "fails on Apache Kafka, too": "0077",
  "does nothing for a while": "8000",
};

/** Tests that are run by their parts, because others want what isn't here. */
const PARTS: Readonly<Record<string, { readonly run: string; readonly leftOut: string }>> = {
  "0081": {
    run: `CreateTopics DeleteTopics CreatePartitions DeleteRecords DeleteGroups ListConsumerGroups
      DescribeConsumerGroups DescribeTopics DescribeCluster DeleteConsumerGroupOffsets
      AlterConsumerGroupOffsets ListConsumerGroupOffsets ListOffsets`,
    leftOut: `AlterConfigs IncrementalAlterConfigs DescribeConfigs CreateAcls DescribeAcls
      DeleteAcls UserScramCredentials`,
  },
};

const numberOf = (name: string): string => name.slice(0, 4);
const words = (text: string): string[] => text.split(/\s+/).filter((word) => word !== "");
/** In the place of a test's part. */
const WHOLE = "whole";

/**
 * librdkafka's own tests in C and C++ that ask a broker, one after the other, each with its small
 * amounts of data; null where they aren't built.
 */
export async function librdkafkaSuite(tell: (line: string) => void): Promise<SuiteResult | null> {
  if (!existsSync(path.join(home, "test-runner"))) return null;
  const fixture = await startFixture({ settings: { "num.partitions": "4" } });
  const outcomes: [test: string, outcome: Outcome][] = [];
  const note = (name: string, outcome: Outcome): void => {
    tell(`librdkafka ${name} ${outcome}`);
    outcomes.push([name, outcome]);
  };
  try {
    const names = brokerTests();
    for (const number of new Set(names.map(numberOf))) {
      const ofNumber = names.filter((name) => numberOf(name) === number);
      if (reasonToLeaveOut(number) !== null) {
        for (const name of ofNumber) note(name, "skipped");
        continue;
      }
      const parts = PARTS[number];
      for (const part of words(parts?.run ?? WHOLE)) {
        const rows = await runTests(number, part, fixture.broker.address);
        for (const name of ofNumber) {
          note(part === WHOLE ? name : `${name} ${part}`, rows.get(name) ?? "failed");
        }
      }
      for (const part of words(parts?.leftOut ?? "")) note(`${number} ${part}`, "skipped");
    }
  } finally {
    await fixture[Symbol.asyncDispose]();
  }
  return counted("librdkafka 2.15.1, its own tests", outcomes);
}

/** The names of all tests that the runner has, without those that need no broker. */
function brokerTests(): string[] {
  const source = readFileSync(path.join(home, "test.c"), "utf8");
  return [...source.matchAll(/^ +_TEST\((\d{4}_\w+),\s*([^,)]*)/gm)].flatMap(
    ([, name = "", traits = ""]) => (traits.includes("TEST_F_LOCAL") ? [] : [name]),
  );
}

function reasonToLeaveOut(number: string): string | null {
  const found = Object.entries(LEFT_OUT).find(([, numbers]) => words(numbers).includes(number));
  return found?.[0] ?? null;
}

/** Runs the tests of a number, or one part of them; what the runner's table says of each. */
async function runTests(
  number: string,
  part: string,
  broker: string,
): Promise<ReadonlyMap<string, Outcome>> {
  writeFileSync(path.join(home, "test.conf"), `bootstrap.servers=${broker}\n`);
  const env = {
    LD_LIBRARY_PATH: "../src:../src-cpp",
    TEST_KAFKA_VERSION: "4.0.0",
    KAFKA_PATH: path.join(import.meta.dir, "kafka"),
    BROKERS: broker,
    TESTS: number,
    ...(part === WHOLE ? {} : { SUBTESTS: `do_test_${part}` }),
  };
  const command = ["bash", "-c", `cd ${home} && ./test-runner -p1 -L -Q`];
  const { stdout, stderr } = await run(command, { env, timeoutMs: TIMEOUT_MS });
  const row = /^\|[^|]*?(\d{4}_\w+) +\|[^|]*(PASSED|FAILED|SKIPPED)/;
  return new Map(
    (stdout + stderr).split("\n").flatMap((line) => {
      const [, name = "", said = ""] = row.exec(line) ?? [];
      const outcome = said === "PASSED" ? "passed" : said === "SKIPPED" ? "skipped" : "failed";
      return name === "" ? [] : [[name, outcome]];
    }),
  );
}
