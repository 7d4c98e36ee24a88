import { BrokerError } from "../errors.ts";

/** Another name for a setting, under which its value is given in a larger unit. */
interface Alias {
  readonly name: string;
  readonly setting: string;
  /** How many of the setting's units one of this name's is; 1 for the same. */
  readonly units: number;
}

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;

/** Kafka's other names for settings. Of several that are given, the first in this list holds. */
const ALIASES: readonly Alias[] = [
  { name: "node.id", setting: "broker.id", units: 1 },
  { name: "log.retention.minutes", setting: "log.retention.ms", units: MINUTE_MS },
  { name: "log.retention.hours", setting: "log.retention.ms", units: HOUR_MS },
  { name: "log.roll.hours", setting: "log.roll.ms", units: HOUR_MS },
];

/**
 * Puts the settings' own names in the place of Kafka's other names for them. A setting that is
 * given by its own name, too, keeps that value, as in Kafka. Throws `BrokerError` `invalid-config`.
 */
export function withoutAliases(given: ReadonlyMap<string, string>): ReadonlyMap<string, string> {
  const config = new Map(given);
  for (const { name, setting, units } of ALIASES) {
    const value = config.get(name);
    config.delete(name);
    if (value !== undefined && !config.has(setting))
      config.set(setting, scaled(name, value, units));
  }
  return config;
}

/** A negative value means "no bound" in every unit. */
function scaled(name: string, value: string, units: number): string {
  const text = value.trim();
  if (!/^-?\d{1,10}$/.test(text)) {
    const message = `${name} is a whole number, not ${JSON.stringify(value)}`;
    throw new BrokerError("invalid-config", message);
  }
  const number = Number(text);
  return String(number < 0 ? number : number * units);
}
