import { INT_MAX, type TopicSetting } from "./setting.ts";

/**
 * Settings of Kafka's topics that change nothing here, because what they tune isn't there or is
 * always at its safest. They are taken and shown all the same: programs that make topics give them.
 */
export const IDLE_SETTINGS: readonly TopicSetting[] = [
  {
    name: "file.delete.delay.ms",
    broker: "log.segment.delete.delay.ms",
    type: "long",
    min: 0,
    default: "60000",
    documentation: "Changes nothing: files that nobody reads any more are deleted at once.",
  },
  {
    name: "flush.messages",
    broker: "log.flush.interval.messages",
    type: "long",
    min: 1,
    default: "9223372036854775807",
    documentation: "Changes nothing: durability says when records are on the disk.",
  },
  {
    name: "flush.ms",
    broker: "log.flush.interval.ms",
    type: "long",
    min: 0,
    default: "9223372036854775807",
    documentation: "Changes nothing: durability says when records are on the disk.",
  },
  {
    name: "index.interval.bytes",
    broker: "log.index.interval.bytes",
    type: "int",
    min: 0,
    max: INT_MAX,
    default: "4096",
    documentation: "Changes nothing: indexes have their entries where they are needed.",
  },
  {
    name: "segment.index.bytes",
    broker: "log.index.size.max.bytes",
    type: "int",
    min: 4,
    max: INT_MAX,
    default: "10485760",
    documentation: "Changes nothing: indexes are as large as their segments make them.",
  },
  {
    name: "segment.jitter.ms",
    broker: "log.roll.jitter.ms",
    type: "long",
    min: 0,
    default: "0",
    documentation: "Changes nothing: logs begin new segments when they are written to.",
  },
  {
    name: "preallocate",
    broker: "log.preallocate",
    type: "boolean",
    default: "false",
    documentation: "Changes nothing: the journal is preallocated, segments are not.",
  },
];
