import type { Broker } from "../../broker/api.ts";

/** The value of one of the broker's settings, as text; null for none. */
export function brokerSetting(broker: Broker, name: string): string | null {
  return broker.brokerConfig().find((entry) => entry.name === name)?.value ?? null;
}
