import type {
  FollowEvents,
  FollowLink,
  Links,
  PeerAddress,
  WantedRange,
} from "../broker/membership/links.ts";
import type { Frame } from "../doors/native/protocol/frame.ts";
import { status } from "../doors/native/protocol/operations.ts";
import * as pairs from "../doors/native/protocol/pair-operations.ts";
import * as messages from "../doors/native/protocol/replicate-messages.ts";
import { FieldError } from "../doors/native/protocol/shapes.ts";
import type { FollowerHello, LeaderHello } from "../replication/messages.ts";
import { type Caller, call } from "./call.ts";
import type { Exchange } from "./channel.ts";
import { type ClientPlatform, connectCaller } from "./client.ts";
import { ClientError } from "./errors.ts";
import { openStream } from "./stream.ts";

/** What may be under way to a slave, and wait there to become durable. */
const WINDOW_BYTES = 16 * 1024 * 1024;
/** Another broker of the cluster answers soon, or is taken to be away. */
const TIMEOUT_MS = 2000;
/** Making a slave the master takes as long as the journal takes to be synced. */
const PROMOTE_TIMEOUT_MS = 10_000;

/** The ways from one broker to the others, by the native protocol. */
export function replicationLinks(platform: ClientPlatform, clientName: string): Links {
  const options = { timeoutMs: TIMEOUT_MS, clientName };
  const open = (address: PeerAddress) => connectCaller(platform, address, options);
  async function once<T>(address: PeerAddress, work: (caller: Caller) => Promise<T>): Promise<T> {
    const { caller } = await open(address);
    try {
      return await work(caller);
    } finally {
      caller.channel.close();
    }
  }
  return {
    follow: async (address, hello, events) => {
      const { caller } = await open(address);
      return new FollowStream(caller, events).open(hello);
    },
    ask: (address) =>
      once(address, async (caller) => {
        const { brokerId, clusterId, replication } = await call(caller, status, {});
        const { leaderId, leaderEpoch, fenced } = replication;
        return { brokerId, clusterId, leaderId, leaderEpoch, fenced };
      }),
    announce: (address, announcement) =>
      once(address, async (caller) => {
        await call(caller, pairs.announceLeader, announcement);
      }),
    promote: (address) =>
      once(address, async (caller) => {
        await call(caller, pairs.promote, {}, { timeoutMs: PROMOTE_TIMEOUT_MS });
      }),
    read: (address, wanted) => once(address, (caller) => readRange(caller, wanted)),
    reserveProducerIds: (address) =>
      once(address, async (caller) => {
        const { firstId } = await call(caller, pairs.reserveProducerIds, {});
        return firstId;
      }),
  };
}

/** All batches of a partition's offsets. Rejects where some can't be read. */
async function readRange(
  caller: Caller,
  { topic, partition, fromOffset, toOffset }: WantedRange,
): Promise<Uint8Array> {
  const start = { kind: "offset", offset: fromOffset } as const;
  const end = { kind: "offset", offset: toOffset } as const;
  const stream = await openStream(caller, { partitions: [{ topic, partition, start, end }] });
  const pieces: Uint8Array[] = [];
  for await (const event of stream) {
    if (event.kind === "partition-failed") throw event.error;
    if (event.kind === "records") pieces.push(event.batches);
  }
  return Buffer.concat(pieces);
}

/** A slave's end of its stream. */
class FollowStream implements FollowLink, Exchange {
  hello: LeaderHello = { leaderId: -1, clusterId: "", epoch: 0 };
  readonly #caller: Caller;
  readonly #events: FollowEvents;
  readonly #opening = Promise.withResolvers<FollowLink>();
  #id = 0;
  #isOpen = false;
  #ended = false;

  constructor(caller: Caller, events: FollowEvents) {
    this.#caller = caller;
    this.#events = events;
  }

  open(hello: FollowerHello): Promise<FollowLink> {
    const { replicate } = messages;
    const fields = replicate.request.write({ ...hello, creditBytes: WINDOW_BYTES });
    this.#id = this.#caller.channel.begin(replicate.name, fields, null, this);
    return this.#opening.promise;
  }

  follow(follow: Parameters<FollowLink["follow"]>[0]): void {
    this.#say({ follow, copied: [], bytes: 0, beatAtMs: null });
  }

  copied(offsets: readonly (readonly [number, number])[], bytes: number): void {
    this.#say({ follow: [], copied: offsets.flat(), bytes, beatAtMs: null });
  }

  answered(beatAtMs: number): void {
    this.#say({ follow: [], copied: [], bytes: 0, beatAtMs });
  }

  close(): void {
    this.#end(new ClientError("closed", "the slave has ended its session"));
    this.#caller.channel.close();
  }

  event(frame: Frame): void {
    const { name, fields } = frame;
    const { following, placed, copies, marks, beat } = messages;
    if (name === following.name) {
      this.hello = following.fields.read(fields);
      this.#isOpen = true;
      this.#opening.resolve(this);
    } else if (!this.#isOpen) throw new FieldError("", "a slave's stream begins with following");
    else if (name === placed.name) {
      this.#events.placed(placed.fields.read(fields).logs.map(messages.readPlacement));
    } else if (name === copies.name) {
      const { buffer, payloadFrom, payloadTo } = frame;
      this.#events.batches(copies.fields.read(fields), buffer.subarray(payloadFrom, payloadTo));
    } else if (name === marks.name) this.#events.marks(marks.fields.read(fields).logs);
    else if (name === beat.name) this.#events.beat(beat.fields.read(fields));
  }

  answer(): void {
    this.fail(new ClientError("closed", "the master has ended the session"));
  }

  fail(error: ClientError): void {
    this.#opening.reject(error);
    this.#end(error);
    this.#caller.channel.close();
  }

  #say(fields: messages.ReplicaCredit): void {
    const { name, fields: shape } = messages.replicaCredit;
    this.#caller.channel.signal(this.#id, name, shape.write(fields));
  }

  #end(error: ClientError): void {
    if (this.#ended) return;
    this.#ended = true;
    if (this.#isOpen) this.#events.ended(error);
  }
}
