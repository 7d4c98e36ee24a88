import { expect, test } from "bun:test";
import { BrokerError } from "../errors.ts";
import { checkedBrokerConfig } from "./broker-settings.ts";

type Config = Readonly<Record<string, string>>;

function checked(given: Config): Config {
  return Object.fromEntries(checkedBrokerConfig(new Map(Object.entries(given))));
}

test.each<[given: Config, config: Config]>([
  [{ "node.id": "4" }, { "broker.id": "4" }],
  [{ "log.retention.hours": "2" }, { "log.retention.ms": "7200000" }],
  [{ "log.retention.hours": "-1" }, { "log.retention.ms": "-1" }],
  [{ "log.retention.minutes": "5" }, { "log.retention.ms": "300000" }],
  [{ "log.roll.hours": "1" }, { "log.roll.ms": "3600000" }],
  [{ "log.retention.hours": "2", "log.retention.minutes": "5" }, { "log.retention.ms": "300000" }],
  [{ "log.retention.hours": "2", "log.retention.ms": "7" }, { "log.retention.ms": "7" }],
  [{ "auto.create.topics.enable": " true" }, { "auto.create.topics.enable": "true" }],
])("what is given is kept by settings' own names, and without blanks: %j", (given, config) => {
  expect(checked(given)).toEqual(config);
});

test.each<Config>([
  { "log.retention.hours": "two" },
  { "log.retention.hours": "" },
  { "log.retention.hours": "99999999999" },
  { "node.id": "0" },
  { "no.such.setting": "1" },
])("what doesn't parse is refused: %j", (given) => {
  expect(() => checked(given)).toThrow(BrokerError);
});
