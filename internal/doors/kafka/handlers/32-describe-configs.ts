import type { Broker, ConfigSynonym, TracedConfigEntry } from "../../../broker/api.ts";
import { BROKER_RESOURCE, sourceOf, TOPIC_RESOURCE, typeOf } from "../configs.ts";
import { Refusal, refused, SUCCESS } from "../errors.ts";
import { describeConfigs } from "../protocol/messages/32-describe-configs.ts";
import { type AnswerOf, type RequestOf, service } from "../service.ts";
import { legallyNamed } from "../topics.ts";

type Request = RequestOf<typeof describeConfigs>;
type Requested = Request["resources"][number];
type Answered = AnswerOf<typeof describeConfigs>["results"][number];

/**
 * DescribeConfigs 1-4.
 *
 * - Topics, and this broker by its id. A broker's empty name stands for what all brokers have been
 *   told meanwhile, which is nothing: each has settings of its own.
 * - All settings, also those that have their default; those named, when some are.
 * - Synonyms: every value that the setting could have, the one that holds first. Documentation and
 *   types from version 3 on.
 * - Other kinds of resources and other brokers: INVALID_REQUEST.
 */
export const describeConfigsService = service(describeConfigs, async (request, { client }) => ({
  throttleTimeMs: 0,
  results: request.resources.map((resource) => describe(client.broker, resource, request)),
}));

function describe(broker: Broker, resource: Requested, request: Request): Answered {
  const { resourceType, resourceName, configurationKeys } = resource;
  try {
    const entries = entriesOf(broker, resource);
    const asked = new Set(configurationKeys);
    const configs = entries
      .filter(({ name }) => asked.size === 0 || asked.has(name))
      .map((entry) => describeEntry(entry, request));
    return { ...SUCCESS, resourceType, resourceName, configs };
  } catch (error) {
    return { ...refused(error), resourceType, resourceName, configs: [] };
  }
}

function entriesOf(broker: Broker, { resourceType, resourceName }: Requested): TracedConfigEntry[] {
  if (resourceType === TOPIC_RESOURCE) {
    return broker.topicConfig(legallyNamed(broker, resourceName).name);
  }
  if (resourceType === BROKER_RESOURCE) {
    const { brokerId } = broker.identity;
    if (resourceName === "") return [];
    // Kafka's tools can't change what 'weir config set' can.
    const entries = broker.brokerConfig().map((entry) => ({ ...entry, readOnly: true }));
    if (resourceName === `${brokerId}`) return entries;
    throw new Refusal("INVALID_REQUEST", `this is broker ${brokerId}, not ${resourceName}`);
  }
  throw new Refusal("INVALID_REQUEST", `resources of kind ${resourceType} are not known here`);
}

function describeEntry(
  { name, value, source, type, readOnly, documentation, synonyms }: TracedConfigEntry,
  { includeSynonyms, includeDocumentation }: Request,
): Answered["configs"][number] {
  return {
    name,
    value,
    readOnly,
    configSource: sourceOf(source),
    isSensitive: false,
    synonyms: includeSynonyms ? synonyms.map(synonymOf) : [],
    configType: typeOf(type),
    documentation: includeDocumentation ? documentation : null,
  };
}

function synonymOf({ name, value, source }: ConfigSynonym) {
  return { name, value, source: sourceOf(source) };
}
