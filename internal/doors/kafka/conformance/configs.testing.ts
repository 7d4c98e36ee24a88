import { describeConfigs } from "../protocol/messages/32-describe-configs.ts";
import { alterConfigs } from "../protocol/messages/33-alter-configs.ts";
import { incrementalAlterConfigs } from "../protocol/messages/44-incremental-alter-configs.ts";
import { listConfigResources } from "../protocol/messages/74-list-config-resources.ts";
import { type Question, question } from "./question.testing.ts";

const TOPIC = 2;
const BROKER = 4;
const NO_SUCH = 99;

/** A setting to change: its name, value, and the operation (2 adds to a list). */
type Change = readonly [name: string, value: string | null, operation?: number];

function alter(
  about: string,
  changes: readonly Change[],
  resourceName = "t",
  resourceType = TOPIC,
  differs: string | null = null,
): Question {
  const configs = changes.map(([name, value, configOperation = 0]) => ({
    name,
    value,
    configOperation,
  }));
  const request = { resources: [{ resourceType, resourceName, configs }], validateOnly: false };
  return question(about, incrementalAlterConfigs, 1, request, differs);
}

function replace(about: string, changes: readonly Change[]): Question {
  const configs = changes.map(([name, value]) => ({ name, value }));
  const resources = [{ resourceType: TOPIC, resourceName: "t", configs }];
  return question(about, alterConfigs, 2, { resources, validateOnly: false });
}

function describe(
  about: string,
  resourceType: number,
  resourceName: string,
  configurationKeys: readonly string[],
  differs: string | null = null,
): Question {
  const resources = [{ resourceType, resourceName, configurationKeys }];
  const request = { resources, includeSynonyms: true, includeDocumentation: false };
  return question(about, describeConfigs, 4, request, differs);
}

function list(about: string, resourceTypes: readonly number[], differs: string | null = null) {
  return question(about, listConfigResources, 1, { resourceTypes }, differs);
}

/** Questions about the topic `t`. */
export const configs: readonly Question[] = [
  alter("a value that is no number", [["retention.ms", "abc"]]),
  alter("a value below the least", [["max.message.bytes", "-1"]]),
  alter("a setting that isn't known", [["nope", "1"]]),
  alter("no value", [["retention.ms", null]]),
  alter("add to what is no list", [["retention.ms", "1", 2]]),
  alter(
    "an operation that isn't known",
    [["retention.ms", "1", 9]],
    "t",
    TOPIC,
    "INVALID_REQUEST, where Kafka answers UNKNOWN_SERVER_ERROR",
  ),
  alter("a setting twice", [
    ["retention.ms", "1"],
    ["retention.ms", "2"],
  ]),
  alter("a topic that isn't there", [["retention.ms", "1"]], "nope"),
  alter("a name that no topic may have", [["retention.ms", "1"]], "a/b"),
  alter("a broker's that can't be changed", [["num.partitions", "3"]], "1", BROKER),
  alter("another broker's", [["log.retention.ms", "3"]], "7", BROKER),
  alter("a kind of resource that isn't known", [["retention.ms", "1"]], "x", NO_SUCH),
  alter("nothing", []),
  alter("one", [["retention.ms", "86400000"]]),
  describe("what was set", TOPIC, "t", ["retention.ms"], "the broker's default is a synonym, too"),
  describe("what has its default", TOPIC, "t", ["max.message.bytes"]),
  describe("what isn't known", TOPIC, "t", ["nope"]),
  replace("with no value", [["retention.ms", null]]),
  replace("with one twice", [
    ["retention.ms", "1"],
    ["retention.ms", "2"],
  ]),
  replace("with another", [["max.message.bytes", "20000"]]),
  describe("what was replaced", TOPIC, "t", ["retention.bytes", "max.message.bytes"]),
  replace("with none", []),
  describe("a topic that isn't there", TOPIC, "nope", []),
  describe("a name that no topic may have", TOPIC, "a/b", []),
  describe("a broker that isn't there", BROKER, "2", []),
  describe("a broker that is no number", BROKER, "x", []),
  describe("a broker's own", BROKER, "1", ["num.partitions"]),
  list("topics", [TOPIC]),
  list("brokers", [BROKER]),
  list("what isn't known", [NO_SUCH]),
];
