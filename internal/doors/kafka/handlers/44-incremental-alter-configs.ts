import type { Broker, ConfigChanges, ConfigEntry } from "../../../broker/api.ts";
import { alterResources, invalid } from "../alter-configs.ts";
import { listItems } from "../configs.ts";
import { Refusal } from "../errors.ts";
import { incrementalAlterConfigs } from "../protocol/messages/44-incremental-alter-configs.ts";
import { type RequestOf, service } from "../service.ts";
import { repeated } from "../topics.ts";

type Requested = RequestOf<typeof incrementalAlterConfigs>["resources"][number];
type Change = Requested["configs"][number];

const SET = 0;
const DELETE = 1;
const APPEND = 2;
const SUBTRACT = 3;

/**
 * IncrementalAlterConfigs 0-1: single settings of topics are set, deleted, or have items of their
 * list added or taken out.
 *
 * - Each resource by itself, all of its changes or none; validateOnly changes nothing.
 * - Only topics: INVALID_REQUEST for brokers and others. So are a null value, an unknown
 *   operation, and a setting or topic that stands twice.
 * - Items for a setting that is no list: INVALID_CONFIG.
 */
export const incrementalAlterConfigsService = service(
  incrementalAlterConfigs,
  async ({ resources, validateOnly }, { client: { broker } }) => ({
    throttleTimeMs: 0,
    responses: await alterResources(broker, resources, validateOnly, (resource) =>
      changesOf(broker, resource),
    ),
  }),
);

function changesOf(broker: Broker, { resourceName, configs }: Requested): ConfigChanges {
  const twice = repeated(configs.map(({ name }) => name));
  if (twice.size > 0)
    throw invalid(`${[...twice].join(", ")}: a setting is changed once at a time`);
  const entries = new Map(broker.topicConfig(resourceName).map((entry) => [entry.name, entry]));
  return new Map(
    configs.map((change) => [change.name, newValue(change, entries.get(change.name))]),
  );
}

/** The value after a change; null for none of the topic's own. */
function newValue(
  { name, value, configOperation }: Change,
  entry: ConfigEntry | undefined,
): string | null {
  if (configOperation === DELETE) return null;
  if (value === null) throw invalid(`${name} has no value`);
  if (configOperation === SET) return value;
  if (configOperation !== APPEND && configOperation !== SUBTRACT) {
    throw invalid(`${name}: there is no operation ${configOperation}`);
  }
  if (entry?.type !== "list") throw new Refusal("INVALID_CONFIG", `${name} is no list`);
  const items = listItems(entry.value);
  const given = listItems(value);
  const others = items.filter((item) => !given.includes(item));
  const added = given.filter((item) => !items.includes(item));
  return (configOperation === APPEND ? [...items, ...added] : others).join(",");
}
