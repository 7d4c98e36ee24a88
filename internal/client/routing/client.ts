import * as clusters from "../../doors/native/protocol/cluster-operations.ts";
import * as copies from "../../doors/native/protocol/move-operations.ts";
import type { Operation } from "../../doors/native/protocol/operation.ts";
import * as operations from "../../doors/native/protocol/operations.ts";
import * as topics from "../../doors/native/protocol/topic-operations.ts";
import { producerId } from "../../record/batch.ts";
import type { CallOptions, Client } from "../api.ts";
import { type Caller, call } from "../call.ts";
import type { ClientPlatform } from "../client.ts";
import { directClient } from "../direct-client.ts";
import { BatchingProducer } from "../producer.ts";
import { DecodingReader } from "../reader.ts";
import { describeTopic } from "./describe-topic.ts";
import { Directory } from "./directory.ts";
import { groupCalls } from "./groups.ts";
import { Links, type OpenLink } from "./links.ts";
import { mergeTopics } from "./merge.ts";
import { Router } from "./router.ts";
import { openRoutedStream } from "./stream.ts";
import { Turns } from "./turns.ts";
import { openRoutedWatch } from "./watch.ts";

/** A client of a cluster, which `named` is one broker of. */
export function routedClient(
  platform: ClientPlatform,
  named: Client,
  caller: Caller,
  open: OpenLink,
): Client {
  const { clock, timeoutMs } = caller;
  const links = new Links(open, named.hello.brokerId, caller);
  const router = new Router({ clock, links, directory: new Directory(links), timeoutMs });
  const brokers: Client["brokers"] = async (options = {}) => {
    const { hello } = named;
    const answers = await router.everywhere(options, async (at) => at);
    return answers.map(({ brokerId, answer }) =>
      directClient(platform, answer, { ...hello, brokerId }),
    );
  };
  return {
    ...named,
    ...recordCalls(platform, router),
    ...topicCalls(router),
    ...groupCalls(router),
    ...clusterCalls(router),
    brokers,
    watch: (options) => openRoutedWatch(router, named, brokers, options),
    async close() {
      await links.close();
      await named.close();
    },
  };
}

/** The calls about brokers and copies: any broker decides, and what is asked twice is the same. */
function clusterCalls(router: Router) {
  function anywhere<Request, Answer>(
    operation: Operation<Request, Answer>,
    request: Request,
    options: CallOptions = {},
  ): Promise<Answer> {
    return router.anywhere("away", options, (at, limits) => call(at, operation, request, limits));
  }
  return {
    describeCluster: (options) => anywhere(clusters.describeCluster, {}, options),
    async reassign(moves, options) {
      return (await anywhere(copies.reassign, { moves }, options)).refused;
    },
    async drainBroker(brokerId, drained, options) {
      await anywhere(copies.drainBroker, { brokerId, drained }, options);
    },
    async removeBroker(brokerId, options) {
      await anywhere(copies.removeBroker, { brokerId }, options);
    },
    async limitCopying(bytesPerSecond, options) {
      await anywhere(copies.limitCopying, { bytesPerSecond }, options);
    },
  } satisfies Partial<Client>;
}

/** The calls about records, which go to who leads their partition. */
function recordCalls(platform: ClientPlatform, router: Router) {
  const produce: Client["produce"] = ({ topic, partition, batch, acks }, options) => {
    const isNumbered = producerId(batch, 0) >= 0;
    const request = { topic, partition, acks };
    const route = router.toLeader(topic, partition);
    const retry = isNumbered ? "late" : "never";
    return router.ask(route, retry, operations.produce, request, options, batch);
  };
  // What is sent again may not come behind the next batch.
  const restoring = new Turns();
  const identify = () =>
    router.anywhere("away", {}, (at, limits) => call(at, clusters.allocateProducerId, {}, limits));
  return {
    produce,
    restore({ topic, partition, batch }, options) {
      const route = router.toLeader(topic, partition);
      const request = { topic, partition };
      return restoring.after(`${topic}:${partition}`, () =>
        router.ask(route, "refused", operations.restore, request, options, batch),
      );
    },
    async openProducer(topic, options = {}) {
      const partitionCount = (await router.directory.leaders(topic)).length;
      const context = { ...platform, topic, partitionCount, produce, identify };
      return new BatchingProducer(context, options);
    },
    openStream: (request, options) => openRoutedStream(router, request, options),
    async openReader(request, options) {
      return new DecodingReader(await openRoutedStream(router, request, options));
    },
    findOffset(topic, partition, position, options) {
      const route = router.toLeader(topic, partition);
      const request = { topic, partition, position };
      return router.ask(route, "late", operations.findOffset, request, options);
    },
    async deleteRecords(topic, partition, offset, options) {
      const route = router.toLeader(topic, partition);
      const request = { topic, partition, offset };
      const { deleteRecords } = operations;
      return (await router.ask(route, "refused", deleteRecords, request, options)).logStartOffset;
    },
  } satisfies Partial<Client>;
}

/** The calls about topics: any broker changes them, and all tell what they have of them. */
function topicCalls(router: Router) {
  function anywhere<Request, Answer>(
    retry: "never" | "away",
    operation: Operation<Request, Answer>,
    request: Request,
    options: CallOptions = {},
  ): Promise<Answer> {
    return router.anywhere(retry, options, (at, limits) => call(at, operation, request, limits));
  }
  return {
    async listTopics(options = {}) {
      const answers = await router.everywhere(options, async (at, limits) => {
        return (await call(at, topics.listTopics, {}, limits)).topics;
      });
      return mergeTopics(answers);
    },
    describeTopic: (name, options) => describeTopic(router, name, options),
    async createTopic(topic, options) {
      const request = { ...topic, validateOnly: false };
      const made = await anywhere("never", topics.createTopic, request, options);
      router.directory.forgetTopic(topic.name);
      return made;
    },
    async deleteTopic(name, options) {
      await anywhere("never", topics.deleteTopic, { name }, options);
      router.directory.forgetTopic(name);
    },
    async createPartitions(name, partitionCount, options) {
      const request = { name, partitionCount, validateOnly: false };
      await anywhere("never", topics.createPartitions, request, options);
      router.directory.forgetTopic(name);
    },
    async topicConfig(name, options) {
      return (await anywhere("away", topics.topicConfig, { name }, options)).entries;
    },
    async alterTopicConfig(name, changes, options) {
      await anywhere(
        "away",
        topics.alterTopicConfig,
        { name, changes, validateOnly: false },
        options,
      );
    },
  } satisfies Partial<Client>;
}
