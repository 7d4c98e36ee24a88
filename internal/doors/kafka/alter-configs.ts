import type { Broker, ConfigChanges } from "../../broker/api.ts";
import { BROKER_RESOURCE, TOPIC_RESOURCE } from "./configs.ts";
import { type Outcome, outcomeOf, Refusal } from "./errors.ts";
import { legallyNamed, repeated } from "./topics.ts";

/** Something that has settings: its kind and its name. */
export interface Resource {
  readonly resourceType: number;
  readonly resourceName: string;
}

/**
 * Changes the settings of topics, each by itself: `changesOf` says what is to change in one, and
 * may throw `Refusal`. Brokers' settings aren't changed by this protocol: INVALID_REQUEST.
 */
export function alterResources<R extends Resource>(
  broker: Broker,
  resources: readonly R[],
  validateOnly: boolean,
  changesOf: (resource: R) => ConfigChanges,
): Promise<(Outcome & Resource)[]> {
  const twice = repeated(resources.map(keyOf));
  return Promise.all(
    resources.map(async (resource) => {
      const { resourceType, resourceName } = resource;
      const outcome = await outcomeOf(async () => {
        if (twice.has(keyOf(resource))) throw invalid(`${resourceName} is in the request twice`);
        checkAlterable(resource);
        legallyNamed(broker, resourceName);
        await broker.alterTopicConfig(resourceName, changesOf(resource), validateOnly);
      });
      return { ...outcome, resourceType, resourceName };
    }),
  );
}

function keyOf({ resourceType, resourceName }: Resource): string {
  return `${resourceType}:${resourceName}`;
}

function checkAlterable({ resourceType }: Resource): void {
  if (resourceType === TOPIC_RESOURCE) return;
  if (resourceType === BROKER_RESOURCE) {
    throw invalid("a broker's settings aren't changed by this protocol, but by 'weir config set'");
  }
  throw invalid(`resources of kind ${resourceType} are not known here`);
}

/** A request that contradicts the protocol. */
export function invalid(message: string): Refusal {
  return new Refusal("INVALID_REQUEST", message);
}
