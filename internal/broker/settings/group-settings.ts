import { ASSIGNORS, assignorName } from "../../coordination/consumer/assignor.ts";
import { type GroupSettings, MIGRATION_POLICIES } from "../../coordination/settings.ts";
import { INT_MAX, listOf, numberOf, type Setting } from "./setting.ts";

const MINUTE_MS = 60 * 1000;

/** The settings of a broker that are about consumer groups, by Kafka's names. */
export const GROUP_SETTINGS: readonly Setting[] = [
  {
    name: "group.min.session.timeout.ms",
    type: "int",
    min: 1,
    max: INT_MAX,
    default: "6000",
    documentation: "The shortest session timeout that a group's member may ask for.",
  },
  {
    name: "group.max.session.timeout.ms",
    type: "int",
    min: 1,
    max: INT_MAX,
    default: "1800000",
    documentation: "The longest session timeout that a group's member may ask for.",
  },
  {
    name: "group.initial.rebalance.delay.ms",
    type: "int",
    min: 0,
    max: INT_MAX,
    default: "3000",
    documentation: "How long an empty group waits for more members after its first has come.",
  },
  {
    name: "group.max.size",
    type: "int",
    min: 1,
    max: INT_MAX,
    default: "2147483647",
    documentation: "How many members a group may have.",
  },
  {
    name: "group.consumer.heartbeat.interval.ms",
    type: "int",
    min: 1,
    max: INT_MAX,
    default: "5000",
    documentation: "How often members of the consumer protocol call, and learn of changes.",
  },
  {
    name: "group.consumer.session.timeout.ms",
    type: "int",
    min: 1,
    max: INT_MAX,
    default: "45000",
    documentation: "Members of the consumer protocol that are silent for so long are out.",
  },
  {
    name: "group.consumer.max.size",
    type: "int",
    min: 1,
    max: INT_MAX,
    default: "2147483647",
    documentation: "How many members a group of the consumer protocol may have.",
  },
  {
    name: "group.consumer.assignors",
    type: "list",
    choices: Object.keys(ASSIGNORS),
    default: "uniform,range",
    documentation: "The assignors that members may ask for; the first for those who don't ask.",
  },
  {
    name: "group.consumer.migration.policy",
    type: "string",
    choices: MIGRATION_POLICIES,
    default: "bidirectional",
    documentation:
      "Which groups at work may go over to the other protocol: from classic to consumer " +
      "(upgrade), back (downgrade), both, or neither. Groups without members always may.",
  },
  {
    name: "offset.metadata.max.bytes",
    type: "int",
    min: 0,
    max: 8192,
    default: "4096",
    documentation: "The length of the text that a client may commit with an offset.",
  },
  {
    name: "offsets.retention.minutes",
    type: "int",
    min: 1,
    max: INT_MAX,
    default: "10080",
    documentation: "How long offsets are kept that no member of a group needs.",
  },
  {
    name: "offsets.retention.check.interval.ms",
    type: "long",
    min: 1,
    max: INT_MAX,
    default: "600000",
    documentation: "How often the broker looks for offsets that are to be forgotten.",
  },
  {
    name: "offsets.topic.num.partitions",
    type: "int",
    min: 1,
    max: 1000,
    default: "50",
    documentation: "How many partitions the topic that keeps groups gets when it is made.",
  },
  {
    name: "offsets.topic.segment.bytes",
    type: "int",
    min: 64 * 1024,
    max: INT_MAX,
    default: "16777216",
    documentation: "The segment size of the topic that keeps groups: the last one isn't compacted.",
  },
];

/** What the settings come down to; `text` gives the value of each, by name. */
export function groupSettings(text: (name: string) => string): GroupSettings {
  const number = (name: string) => numberOf(text(name));
  return {
    minSessionTimeoutMs: number("group.min.session.timeout.ms"),
    maxSessionTimeoutMs: number("group.max.session.timeout.ms"),
    initialRebalanceDelayMs: number("group.initial.rebalance.delay.ms"),
    maxGroupSize: number("group.max.size"),
    maxOffsetMetadataLength: number("offset.metadata.max.bytes"),
    offsetsRetentionMs: number("offsets.retention.minutes") * MINUTE_MS,
    offsetsRetentionCheckMs: number("offsets.retention.check.interval.ms"),
    consumerHeartbeatIntervalMs: number("group.consumer.heartbeat.interval.ms"),
    consumerSessionTimeoutMs: number("group.consumer.session.timeout.ms"),
    maxConsumerGroupSize: number("group.consumer.max.size"),
    consumerAssignors: listOf(text("group.consumer.assignors")).flatMap(
      (name) => assignorName(name) ?? [],
    ),
    migrationPolicy:
      MIGRATION_POLICIES.find((policy) => policy === text("group.consumer.migration.policy")) ??
      "bidirectional",
  };
}
