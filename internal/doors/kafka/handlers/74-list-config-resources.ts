import type { Broker } from "../../../broker/api.ts";
import { BROKER_RESOURCE, TOPIC_RESOURCE } from "../configs.ts";
import { kafkaErrors } from "../protocol/error-codes.ts";
import { listConfigResources } from "../protocol/messages/74-list-config-resources.ts";
import { service } from "../service.ts";

/** What else has settings in Kafka: loggers, metrics, groups. */
const OTHER_RESOURCES: readonly number[] = [8, 16, 32];
const KNOWN_RESOURCES = [TOPIC_RESOURCE, BROKER_RESOURCE, ...OTHER_RESOURCES];

/** The only version that lists no more than the settings of clients' metrics. */
const METRICS_VERSION = 0;

/**
 * ListConfigResources 0-1.
 *
 * - The topics and the broker, or those of the kinds asked for. Of the other kinds that Kafka has
 *   there are none; a kind that isn't known at all is UNSUPPORTED_VERSION.
 * - Version 0 lists what telemetry is configured, which is none.
 */
export const listConfigResourcesService = service(
  listConfigResources,
  async ({ resourceTypes }, { client: { broker }, version }) => {
    if (version === METRICS_VERSION)
      return { throttleTimeMs: 0, errorCode: 0, configResources: [] };
    const unknown = resourceTypes.some((type) => !KNOWN_RESOURCES.includes(type));
    const types = new Set(resourceTypes.length === 0 ? KNOWN_RESOURCES : resourceTypes);
    return {
      throttleTimeMs: 0,
      errorCode: unknown ? kafkaErrors.UNSUPPORTED_VERSION.code : 0,
      configResources: unknown ? [] : [...types].flatMap((type) => resourcesOf(broker, type)),
    };
  },
);

function resourcesOf(broker: Broker, resourceType: number) {
  const names = namesOf(broker, resourceType);
  return names.map((resourceName) => ({ resourceName, resourceType }));
}

function namesOf(broker: Broker, resourceType: number): string[] {
  if (resourceType === TOPIC_RESOURCE) return broker.topics().map(({ name }) => name);
  return resourceType === BROKER_RESOURCE ? [`${broker.identity.brokerId}`] : [];
}
