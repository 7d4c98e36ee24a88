/**
 * Tries other people's clients, tools and test suites on the compiled broker, and prints a table:
 *
 *   npm run interop [-- --fast] [-- --only clients|librdkafka|kafkajs]
 *
 * It installs them first, see install.sh. --fast takes clients that npm brings with nothing to
 * compile, and leaves the long suites out. What is skipped or differs stands in FINDINGS.md, with
 * its reason.
 */
import path from "node:path";
import { parseArgs } from "node:util";
import { clientSuites } from "./suites/clients.ts";
import { kafkajsSuite } from "./suites/kafkajs.ts";
import { librdkafkaSuite } from "./suites/librdkafka.ts";
import { type SuiteResult, table } from "./suites/suite.ts";

const { values: flags } = parseArgs({
  options: { fast: { type: "boolean", default: false }, only: { type: "string" } },
});
const tell = (line: string): void => void process.stdout.write(`${line}\n`);
const isWanted = (name: string): boolean => flags.only === undefined || flags.only === name;

const install = [path.join(import.meta.dir, "install.sh"), ...(flags.fast ? ["--fast"] : [])];
const installing = Bun.spawn({ cmd: install, stdout: "inherit", stderr: "inherit" });
if ((await installing.exited) !== 0) throw new Error("the clients can't be installed");

const results: SuiteResult[] = isWanted("clients") ? await clientSuites(flags.fast) : [];
const long = { librdkafka: librdkafkaSuite, kafkajs: kafkajsSuite };
const missing: string[] = [];
for (const [name, suite] of Object.entries(long)) {
  if (flags.fast || !isWanted(name)) continue;
  const result = await suite(tell);
  if (result === null) missing.push(name);
  else results.push(result);
}
tell(table(results));
for (const name of missing) tell(`not here, so not run: the tests of ${name}`);
process.exitCode = results.some(({ failed }) => failed > 0) ? 1 : 0;
