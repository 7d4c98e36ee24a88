import { alterResources, invalid } from "../alter-configs.ts";
import { alterConfigs } from "../protocol/messages/33-alter-configs.ts";
import { service } from "../service.ts";
import { repeated, topicNamed } from "../topics.ts";

/**
 * AlterConfigs 0-2, the old way: all settings of a topic are replaced, those not named go back to
 * the broker's.
 *
 * - Each resource by itself, all of its changes or none; validateOnly changes nothing.
 * - Only topics: INVALID_REQUEST for brokers and others. So are a null value, and a setting or
 *   topic that stands twice.
 */
export const alterConfigsService = service(
  alterConfigs,
  async ({ resources, validateOnly }, { client: { broker } }) => ({
    throttleTimeMs: 0,
    responses: await alterResources(broker, resources, validateOnly, (resource) => {
      const twice = repeated(resource.configs.map(({ name }) => name));
      if (twice.size > 0) throw invalid(`${[...twice].join(", ")}: a setting has one value`);
      const own = topicNamed(broker, resource.resourceName).config;
      const changes = new Map<string, string | null>([...own.keys()].map((name) => [name, null]));
      for (const { name, value } of resource.configs) {
        if (value === null) throw invalid(`${name} has no value`);
        changes.set(name, value);
      }
      return changes;
    }),
  }),
);
