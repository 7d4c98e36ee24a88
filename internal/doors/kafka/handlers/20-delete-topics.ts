import type { Broker } from "../../../broker/api.ts";
import { Refusal, refused, SUCCESS } from "../errors.ts";
import { deleteTopics } from "../protocol/messages/20-delete-topics.ts";
import { ZERO_UUID } from "../protocol/table.ts";
import { type AnswerOf, service } from "../service.ts";
import { distinct, referredTopic, repeated, type TopicReference } from "../topics.ts";

type Answered = AnswerOf<typeof deleteTopics>["responses"][number];

const REFERENCE_VERSION = 6;

/**
 * DeleteTopics 1-6.
 *
 * - Each topic by itself; it is gone, for good, when the answer comes. timeoutMs is ignored.
 * - From version 6 on by name or by id. Both, neither, or a topic twice: INVALID_REQUEST. The
 *   answer has name and id, except for an id that isn't known: UNKNOWN_TOPIC_ID, without a name.
 */
export const deleteTopicsService = service(deleteTopics, async (request, { client, version }) => {
  const references: readonly TopicReference[] =
    version >= REFERENCE_VERSION
      ? request.topics
      : request.topicNames.map((name) => ({ name, topicId: ZERO_UUID }));
  const twice = repeated(references.map((reference) => keyOf(client.broker, reference)));
  const responses = distinct(references, (reference) => keyOf(client.broker, reference)).map(
    (reference) => remove(client.broker, reference, twice),
  );
  return { throttleTimeMs: 0, responses: await Promise.all(responses) };
});

async function remove(
  broker: Broker,
  reference: TopicReference,
  twice: ReadonlySet<string>,
): Promise<Answered> {
  try {
    if (twice.has(keyOf(broker, reference))) {
      throw new Refusal("INVALID_REQUEST", "the topic is in the request twice");
    }
    const { name, id } = referredTopic(broker, reference);
    await broker.deleteTopic(name);
    return { name, topicId: id, ...SUCCESS };
  } catch (error) {
    return { ...reference, ...refused(error) };
  }
}

/** The same for a topic that is named once by its name and once by its id. */
function keyOf(broker: Broker, { name, topicId }: TopicReference): string {
  return name ?? broker.topicById(topicId)?.name ?? `:${topicId}`;
}
