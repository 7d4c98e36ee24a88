import { describeCluster } from "../doors/native/cluster-operations.ts";
import * as groups from "../doors/native/group-operations.ts";
import * as operations from "../doors/native/operations.ts";
import * as replication from "../doors/native/replicate-messages.ts";
import * as topics from "../doors/native/topic-operations.ts";
import { type Address, formatAddress, NetworkError } from "../platform/network.ts";
import type { Platform } from "../platform/platform.ts";
import type { BrokerHello, Client, ConnectOptions } from "./api.ts";
import { type Caller, call } from "./call.ts";
import { Channel } from "./channel.ts";
import { ClientError } from "./errors.ts";
import { SharingReader } from "./group-reader.ts";
import { BatchingProducer } from "./producer.ts";
import { DecodingReader } from "./reader.ts";
import { openStream } from "./stream.ts";
import { openWatch } from "./watch.ts";

/** What the client needs of the outside world. */
export type ClientPlatform = Pick<Platform, "clock" | "network" | "random">;

/** What a broker is sure to take of a first request. */
const HELLO_FRAME_BYTES = 64 * 1024;

/**
 * Connects to a broker at `address`.
 *
 * Rejects with a `ClientError`: `unreachable` when there is no connection, `timed-out` when there
 * is no greeting in time, `not-weir` when what answers speaks something else.
 */
export async function connect(
  platform: ClientPlatform,
  address: Address,
  options: ConnectOptions,
): Promise<Client> {
  const { caller, hello } = await connectCaller(platform, address, options);
  return clientOf(platform, caller, hello);
}

/** A connection that is greeted and ready for calls; rejects as `connect` does. */
export async function connectCaller(
  platform: ClientPlatform,
  address: Address,
  options: ConnectOptions,
): Promise<{ readonly caller: Caller; readonly hello: BrokerHello }> {
  const { clock } = platform;
  const { timeoutMs, signal } = options;
  if (signal?.aborted) throw new ClientError("cancelled", "connect: cancelled");
  const beganMs = clock.monotonicMs();
  const channel = await openChannel(platform, address, timeoutMs);
  const leftMs = Math.max(1, timeoutMs - (clock.monotonicMs() - beganMs));
  const caller = { channel, clock, timeoutMs, maxFrameBytes: HELLO_FRAME_BYTES };
  const { least, greatest } = operations.PROTOCOL_VERSIONS;
  const request = { minVersion: least, maxVersion: greatest, client: options.clientName };
  const patience = { timeoutMs: leftMs, ...(signal === undefined ? {} : { signal }) };
  try {
    const hello = await call(caller, operations.hello, request, patience);
    return { caller: { ...caller, maxFrameBytes: hello.maxFrameBytes }, hello };
  } catch (error) {
    channel.close();
    if (!(error instanceof ClientError)) throw error;
    const message = `${formatAddress(address)}: ${error.message}`;
    throw new ClientError(error.code, message, { cause: error });
  }
}

async function openChannel(
  { network }: ClientPlatform,
  address: Address,
  timeoutMs: number,
): Promise<Channel> {
  const channel = new Channel();
  try {
    await network.connect(address, timeoutMs, (connection) => {
      channel.attach(connection);
      return channel;
    });
    return channel;
  } catch (cause) {
    if (!(cause instanceof NetworkError)) throw cause;
    throw new ClientError("unreachable", cause.message, { cause });
  }
}

function clientOf(platform: ClientPlatform, caller: Caller, hello: BrokerHello): Client {
  const { channel } = caller;
  const client: Client = {
    hello,
    closed: channel.closing,
    ...topicCalls(caller),
    ...groupCalls(caller),
    async produce({ topic, partition, batch, acks }, options) {
      return call(caller, operations.produce, { topic, partition, acks }, options, batch);
    },
    async restore({ topic, partition, batch }, options) {
      return call(caller, operations.restore, { topic, partition }, options, batch);
    },
    async openProducer(topic, options = {}) {
      const { partitionCount } = await client.describeTopic(topic);
      const { clock, random } = platform;
      const { produce } = client;
      return new BatchingProducer({ clock, random, topic, partitionCount, produce }, options);
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
    describePromotion: (options) => call(caller, replication.describePromotion, {}, options),
    promote: (options) => call(caller, replication.promote, {}, options),
    switchOver: (options) => call(caller, replication.switchOver, {}, options),
    describeCluster: (options) => call(caller, describeCluster, {}, options),
    status: (options) => call(caller, operations.status, {}, options),
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
    createTopic: (request, options) => call(caller, topics.createTopic, request, options),
    async deleteTopic(name, options) {
      await call(caller, topics.deleteTopic, { name }, options);
    },
    async createPartitions(name, partitionCount, validateOnly, options) {
      const request = { name, partitionCount, validateOnly };
      await call(caller, topics.createPartitions, request, options);
    },
    async topicConfig(name, options) {
      return (await call(caller, topics.topicConfig, { name }, options)).entries;
    },
    async brokerConfig(options) {
      return (await call(caller, topics.brokerConfig, {}, options)).entries;
    },
    async alterTopicConfig(name, changes, validateOnly, options) {
      await call(caller, topics.alterTopicConfig, { name, changes, validateOnly }, options);
    },
    async alterBrokerConfig(changes, validateOnly, options) {
      await call(caller, topics.alterBrokerConfig, { changes, validateOnly }, options);
    },
  } satisfies Partial<Client>;
}

/** The calls about groups, by their names in the `Client`. */
function groupCalls(caller: Caller) {
  return {
    openGroupReader: (request) => new SharingReader(caller, request),
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
