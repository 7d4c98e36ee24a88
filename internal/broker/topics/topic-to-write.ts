import type { Broker, Topic } from "../api.ts";
import { BrokerError } from "../errors.ts";
import { unknownTopic } from "../refusals.ts";
import { checkTopicName } from "./topic-rules.ts";

/**
 * The topic that a client wants to write to: one that isn't there is made with the broker's
 * defaults, if `auto.create.topics.enable` is set. Rejects with a `BrokerError`.
 */
export async function topicToWrite(broker: Broker, name: string): Promise<Topic> {
  const topic = broker.topic(name);
  if (topic !== undefined) return topic;
  checkTopicName(name);
  if (!broker.settings.autoCreateTopics) throw unknownTopic(name);
  const request = { name, partitionCount: null, replicationFactor: null, config: new Map() };
  try {
    return await broker.createTopic({ ...request, validateOnly: false });
  } catch (error) {
    // Another client may have made it meanwhile, by a broker that is ahead of this one.
    const isMade = error instanceof BrokerError && error.code === "topic-exists";
    const made = broker.topic(name);
    if (made !== undefined) return made;
    throw isMade ? unknownTopic(name) : error;
  }
}
