import type { GroupSettings } from "../coordination/settings.ts";
import { numberOf, type Setting } from "./setting.ts";

const INT_MAX = 2 ** 31 - 1;
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
  };
}
