import type { TopicCatalog } from "../../coordination/consumer/topics.ts";
import type { MetadataStore } from "../../metadata/metadata-store.ts";
import type { Changes } from "../topics/changes.ts";

/** The topics as groups see them: they are told by the version that something has changed. */
export function groupTopics(metadata: MetadataStore, changes: Changes): TopicCatalog {
  let version = 0;
  const changed = (): void => {
    version++;
  };
  changes.listen({
    partitionChanged() {}, // groups read no records
    topicAdded: changed,
    topicChanged: changed,
    topicRemoved: changed,
  });
  return {
    get version() {
      return version;
    },
    topic: (name) => metadata.topic(name),
    topicById: (id) => metadata.topicById(id),
    names: () => Array.from(metadata.topics(), ({ name }) => name),
  };
}
