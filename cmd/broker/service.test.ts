/** What a machine's administrator copies: the file that docs/weir.service has a broker read. */
import { expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import path from "node:path";
import { checkedBrokerConfig } from "../../internal/broker/settings/broker-settings.ts";
import { exitCodes } from "../exit-codes.ts";
import { parseConfigFile } from "./config-file.ts";
import { BROKER_FLAGS, type BrokerFlag } from "./flags.ts";

function page(name: string): string {
  return readFileSync(path.resolve(import.meta.dir, "../../docs", name), "utf8");
}

test("as it is, the file leaves everything as it is without it", () => {
  expect(parseConfigFile(page("broker.toml"))).toEqual(parseConfigFile(""));
});

test("every line of the file can be taken as it stands there", () => {
  const lines = page("broker.toml").split("\n");
  const settings = lines.flatMap((line) => /^# (["\w.-]+ = .*)$/.exec(line)?.[1] ?? []);
  expect(settings.length).toBeGreaterThan(10);
  const { texts, config } = parseConfigFile(settings.join("\n"));
  checkedBrokerConfig(config);
  const flags: readonly BrokerFlag[] = Object.values(BROKER_FLAGS);
  const missing = flags.filter((flag) => flag.key !== undefined && !texts.has(flag));
  expect(missing).toEqual([BROKER_FLAGS.data]); // the unit says it
});

test("the unit isn't started again with a configuration that is wrong", () => {
  expect(page("weir.service")).toContain(`\nRestartPreventExitStatus=${exitCodes.usage}\n`);
  expect(page("weir.service")).toContain("--config /etc/weir/broker.toml\n");
});
