/**
 * Tries other people's clients, tools and test suites on the compiled broker, and prints a table:
 *
 *   npm run interop [-- --fast]
 *
 * --fast leaves out the suites that take more than some minutes. What fails or is left out for a
 * reason stands in interop/FINDINGS.md.
 */
import { parseArgs } from "node:util";
import { clientSuites } from "./suites/clients.ts";
import { kafkajsSuite } from "./suites/kafkajs.ts";
import { librdkafkaSuite } from "./suites/librdkafka.ts";
import { type SuiteResult, table } from "./suites/suite.ts";

const { values: flags } = parseArgs({ options: { fast: { type: "boolean", default: false } } });
const tell = (line: string): void => void process.stdout.write(`${line}\n`);

const results: SuiteResult[] = await clientSuites();
if (!flags.fast) {
  for (const suite of [librdkafkaSuite, kafkajsSuite]) {
    const result = await suite(tell);
    if (result === null) tell(`${suite.name}: not installed`);
    else results.push(result);
  }
}
tell(table(results));
process.exitCode = results.some(({ failed }) => failed > 0) ? 1 : 0;
