import type { ConfigEntry } from "../../broker/api.ts";

/** Kinds of resources that have settings. */
export const TOPIC_RESOURCE = 2;
export const BROKER_RESOURCE = 4;

/** Where a value comes from, as the protocol says it (KIP-226). */
const sourceCodes: Readonly<Record<ConfigEntry["source"], number>> = {
  topic: 1,
  broker: 4,
  default: 5,
};

/** Types of values, as the protocol says them (KIP-569). */
const typeCodes: Readonly<Record<ConfigEntry["type"], number>> = {
  boolean: 1,
  string: 2,
  int: 3,
  long: 5,
  double: 6,
  list: 7,
};

/** The number that Kafka gives to where a setting's value comes from. */
export function sourceOf(source: ConfigEntry["source"]): number {
  return sourceCodes[source];
}

/** The number that Kafka gives to a setting's type. */
export function typeOf(type: ConfigEntry["type"]): number {
  return typeCodes[type];
}

/** The items of a list's text. */
export function listItems(text: string | null): string[] {
  return (text ?? "")
    .split(",")
    .map((item) => item.trim())
    .filter((item) => item !== "");
}
