import { beforeEach, expect, test } from "bun:test";
import type { MetadataStore, TopicMetadata } from "../../metadata/metadata-store.ts";
import { openStore } from "../../storage/store.testing.ts";
import { loneView } from "../membership/partitions-view.ts";
import { brokerSettings } from "../settings/broker-settings.ts";
import { Changes } from "./changes.ts";
import { Topics } from "./topics.ts";

/** What all brokers have decided: here, others decide by putting it there. */
let decided: Map<string, TopicMetadata>;
let topics: Topics;

beforeEach(async () => {
  decided = new Map();
  const metadata: MetadataStore = {
    clusterId: "c",
    logName: "__cluster_metadata-0",
    topics: () => decided.values(),
    topic: (name) => decided.get(name),
    topicById: (id) => [...decided.values()].find((topic) => topic.id === id),
    putTopic: async (topic) => void decided.set(topic.name, topic),
    removeTopic: async (name) => void decided.delete(name),
  };
  const { store } = await openStore();
  const random = { below: () => 0, bytes: (count: number) => new Uint8Array(count) };
  const view = { current: loneView(1) };
  const changes = new Changes();
  const config = { values: new Map(), settings: brokerSettings(new Map()) };
  topics = await Topics.open({ random, store, metadata, config, changes, view });
});

const request = {
  name: "orders",
  partitionCount: 1,
  replicationFactor: null,
  config: new Map<string, string>(),
  validateOnly: false,
};
const elsewhere: TopicMetadata = { name: "orders", id: "x", partitionCount: 3, config: new Map() };

test("a topic that another broker has made a moment ago is kept, and not made again", async () => {
  decided.set("orders", elsewhere);
  await expect(topics.create(request)).rejects.toMatchObject({ code: "topic-exists" });
  expect(decided.get("orders")).toBe(elsewhere);
});

test("one that another broker makes while logs are removed is kept, too", async () => {
  const made = topics.create(request);
  decided.set("orders", elsewhere);
  await expect(made).rejects.toMatchObject({ code: "topic-exists" });
  expect(decided.get("orders")).toBe(elsewhere);
});

test("a change keeps what another broker has changed a moment ago", async () => {
  const { id } = await topics.create(request);
  decided.set("orders", { ...elsewhere, id });
  await topics.alterConfig("orders", new Map([["min.insync.replicas", "2"]]), false);
  const { partitionCount, config } = topics.existing("orders").metadata;
  expect([partitionCount, config.get("min.insync.replicas")]).toEqual([3, "2"]);
  expect(decided.get("orders")?.partitionCount).toBe(3);
});

test.each([
  ["deleted", undefined],
  ["deleted and made again", elsewhere],
])("what another broker has %s isn't put back by a change", async (_, now) => {
  await topics.create(request);
  if (now) decided.set("orders", now);
  else decided.delete("orders");
  const growing = topics.grow("orders", 4, false);
  await expect(growing).rejects.toMatchObject({ code: "unknown-topic-or-partition" });
  expect(decided.get("orders")).toBe(now);
});

test("settings are gone by as they are kept, without the blanks around them", async () => {
  const config = new Map([["replication.policy", "refuse "]]);
  await topics.create({ ...request, config });
  await topics.alterConfig("orders", new Map([["durability", " memory"]]), false);
  const { metadata, settings } = topics.existing("orders");
  expect(settings).toMatchObject({ replicationPolicy: "refuse", durability: "memory" });
  expect(metadata.config.get("replication.policy")).toBe("refuse");
});
