import type { MetadataChange } from "./metadata-record.ts";
import type { BrokerMetadata, Leadership, TopicMetadata } from "./metadata-store.ts";

/** What the changes of a metadata log come to. */
export class MetadataState {
  readonly topics = new Map<string, TopicMetadata>();
  readonly topicsById = new Map<string, TopicMetadata>();
  readonly brokers = new Map<number, BrokerMetadata>();
  leadership: Leadership | null = null;
  clusterId = "";
  nextProducerId = 0;

  apply(change: MetadataChange): void {
    if (change.type === "cluster") this.clusterId = change.clusterId;
    else if (change.type === "broker") this.brokers.set(change.broker.id, change.broker);
    else if (change.type === "leadership") this.leadership = change.leadership;
    else if (change.type === "producer-ids") {
      this.nextProducerId = Math.max(this.nextProducerId, change.next);
    } else {
      const before = this.topics.get(change.name);
      if (before) this.topicsById.delete(before.id);
      this.topics.delete(change.name);
      if (!change.topic) return;
      this.topics.set(change.name, change.topic);
      this.topicsById.set(change.topic.id, change.topic);
    }
  }
}
