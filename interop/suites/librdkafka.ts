import { existsSync, writeFileSync } from "node:fs";
import path from "node:path";
import { run } from "../command.ts";
import { startFixture } from "../fixture.ts";
import type { SuiteResult } from "./suite.ts";

const home = path.resolve(import.meta.dir, "../../dist/interop/librdkafka/tests");
const TIMEOUT_MS = 180_000;

/**
 * The tests that pass against one broker without TLS, SASL, access control and transactions. What
 * is left out, and why, stands in FINDINGS.md; whoever mends something adds to the list.
 */
const ALLOWED = `
  0001 0002 0003 0004 0005 0006 0007 0008 0011 0012 0013 0014 0015 0016 0017 0018 0019 0020 0021
  0022 0025 0026 0028 0029 0030 0031 0033 0034 0035 0036 0037 0039 0040 0041 0042 0043 0044 0045
  0046 0048 0049 0050 0051 0052 0054 0055 0056 0057 0058 0059 0060 0061 0062 0063 0065 0067 0068
  0069 0070 0072 0073 0074 0075 0076 0078 0080 0083 0084 0085 0086 0088 0089 0090 0091 0093 0094
  0095 0099 0100 0102 0106 0107 0111 0112 0113 0114 0116 0117 0118 0120 0121 0122 0123 0125 0127
  0130 0131 0132 0136 0137 0140`
  .trim()
  .split(/\s+/);

/** librdkafka's own tests in C and C++, one after the other; null where they aren't built. */
export async function librdkafkaSuite(tell: (line: string) => void): Promise<SuiteResult | null> {
  if (!existsSync(path.join(home, "test-runner"))) return null;
  const fixture = await startFixture({ settings: { "num.partitions": "4" } });
  const outcomes: { name: string; outcome: string }[] = [];
  try {
    writeFileSync(path.join(home, "test.conf"), `bootstrap.servers=${fixture.broker.address}\n`);
    const env = {
      LD_LIBRARY_PATH: "../src:../src-cpp",
      TEST_KAFKA_VERSION: "4.0.0",
      KAFKA_PATH: path.join(import.meta.dir, "kafka"),
      BROKERS: fixture.broker.address,
    };
    for (const name of ALLOWED) {
      const command = ["bash", "-c", `cd ${home} && TESTS=${name} ./test-runner -p1 -Q`];
      const { stdout, stderr } = await run(command, { env, timeoutMs: TIMEOUT_MS });
      const outcome = outcomeOf(name, stdout + stderr);
      tell(`librdkafka ${name} ${outcome}`);
      outcomes.push({ name, outcome });
    }
  } finally {
    await fixture[Symbol.asyncDispose]();
  }
  const of = (wanted: string) => outcomes.filter(({ outcome }) => outcome === wanted);
  return {
    name: "librdkafka 2.15.1, its own tests",
    passed: of("PASSED").length,
    failed: of("FAILED").length,
    skipped: of("SKIPPED").length,
    failures: of("FAILED").map(({ name }) => name),
  };
}

/** What the last table of the runner says of a test. */
function outcomeOf(name: string, text: string): "PASSED" | "FAILED" | "SKIPPED" {
  const row = text
    .split("\n")
    .findLast((line) => line.startsWith("|") && line.includes(` ${name}_`));
  const said = /PASSED|FAILED|SKIPPED/.exec(row ?? "")?.[0];
  return said === "PASSED" || said === "SKIPPED" ? said : "FAILED";
}
