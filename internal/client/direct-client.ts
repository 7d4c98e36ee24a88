import * as groups from "../doors/native/protocol/group-operations.ts";
import * as operations from "../doors/native/protocol/operations.ts";
import * as pairs from "../doors/native/protocol/pair-operations.ts";
import * as topics from "../doors/native/protocol/topic-operations.ts";
import type { BrokerHello, Client } from "./api.ts";
import { type Caller, call } from "./call.ts";
import type { ClientPlatform } from "./client.ts";
import { clusterCalls } from "./cluster-calls.ts";
import { type GroupLine, SharingReader } from "./group-reader.ts";
import { BatchingProducer } from "./producer.ts";
import { DecodingReader } from "./reader.ts";
import { openStream } from "./stream.ts";
import { openWatch } from "./watch.ts";

/** A client of one broker, which is asked everything, on a connection that is there. */
export function directClient(platform: ClientPlatform, caller: Caller, hello: BrokerHello): Client {
  const { channel } = caller;
  const client: Client = {
    hello,
    closed: channel.closing,
    ...topicCalls(caller),
    ...groupCalls(caller),
    ...clusterCalls(caller),
    async produce({ topic, partition, batch, acks }, options) {
      return call(caller, operations.produce, { topic, partition, acks }, options, batch);
    },
    async restore({ topic, partition, batch }, options) {
      return call(caller, operations.restore, { topic, partition }, options, batch);
    },
    async openProducer(topic, options = {}) {
      const { partitionCount } = await client.describeTopic(topic);
      const { clock, random } = platform;
      const context = { clock, random, topic, partitionCount, produce: client.produce };
      return new BatchingProducer({ ...context, identify: null }, options);
    },
    openStream: (request, options) => openStream(caller, request, options),
    async openReader(request, options) {
      return new DecodingReader(await openStream(caller, request, options));
    },
    watch: (request) => openWatch(caller.channel, request),
    findOffset: (topic, partition, position, options) =>
      call(caller, operations.findOffset, { topic, partition, position }, options),
    async deleteRecords(topic, partition, offset, options) {
      const request = { topic, partition, offset };
      return (await call(caller, operations.deleteRecords, request, options)).logStartOffset;
    },
    describePromotion: (options) => call(caller, pairs.describePromotion, {}, options),
    promote: (options) => call(caller, pairs.promote, {}, options),
    switchOver: (options) => call(caller, pairs.switchOver, {}, options),
    status: (options) => call(caller, operations.status, {}, options),
    brokers: async () => [client],
    async close() {
      channel.close();
      await channel.closing;
    },
  };
  return client;
}

/** The calls about topics, by their names in the `Client`. */
function topicCalls(caller: Caller) {
  return {
    async listTopics(options) {
      return (await call(caller, topics.listTopics, {}, options)).topics;
    },
    describeTopic: (name, options) => call(caller, topics.describeTopic, { name }, options),
    createTopic: (topic, options) =>
      call(caller, topics.createTopic, { ...topic, validateOnly: false }, options),
    async deleteTopic(name, options) {
      await call(caller, topics.deleteTopic, { name }, options);
    },
    async createPartitions(name, partitionCount, options) {
      const request = { name, partitionCount, validateOnly: false };
      await call(caller, topics.createPartitions, request, options);
    },
    async topicConfig(name, options) {
      return (await call(caller, topics.topicConfig, { name }, options)).entries;
    },
    async brokerConfig(options) {
      return (await call(caller, topics.brokerConfig, {}, options)).entries;
    },
    async alterTopicConfig(name, changes, options) {
      await call(caller, topics.alterTopicConfig, { name, changes, validateOnly: false }, options);
    },
    async alterBrokerConfig(changes, options) {
      await call(caller, topics.alterBrokerConfig, { changes, validateOnly: false }, options);
    },
  } satisfies Partial<Client>;
}

/** The calls about groups, by their names in the `Client`. */
function groupCalls(caller: Caller) {
  return {
    openGroupReader: (request) => new SharingReader(lineOf(caller), request),
    async listGroups(options) {
      return (await call(caller, groups.listGroups, {}, options)).groups;
    },
    describeGroup: (groupId, options) => call(caller, groups.describeGroup, { groupId }, options),
    async deleteGroup(groupId, options) {
      await call(caller, groups.deleteGroup, { groupId }, options);
    },
    async setGroupOffsets(groupId, offsets, options) {
      await call(caller, groups.setGroupOffsets, { groupId, offsets }, options);
    },
  } satisfies Partial<Client>;
}

/** The coordinator is the broker that is asked everything. */
function lineOf(caller: Caller): GroupLine {
  return {
    clock: caller.clock,
    ask: (operation, request, options) => call(caller, operation, request, options),
    openStream: (request) => openStream(caller, request),
  };
}
