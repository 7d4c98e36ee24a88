import { describe, expect, test } from "bun:test";
import { type Nothing, nothing, type Operation } from "../doors/native/protocol/operation.ts";
import { flag, int32, nullable, optional, record, text } from "../doors/native/protocol/shapes.ts";
import { listTopics } from "../doors/native/protocol/topic-operations.ts";
import { call } from "./call.ts";
import { connectCaller } from "./client.ts";
import { batchOf, fixture, refusalOf } from "./fixture.testing.ts";
import { newerPeers } from "./newer-peers.testing.ts";
import { pairWithTopic, settled, valuesOf } from "./pair.testing.ts";
import type { StreamEvent } from "./stream-api.ts";

const place = { topic: "orders", partition: 0 };

describe("a client of this release and a broker of the next", () => {
  test("understand each other, whatever is asked", async () => {
    const { client } = await fixture({ wrap: newerPeers });
    await client.produce({ ...place, acks: -1, batch: batchOf(["a", "b"]) });
    expect((await client.findOffset("orders", 0, { kind: "latest" })).offset).toBe(2);
    expect(await client.status()).toMatchObject({ brokerId: 1, scrub: { state: "waiting" } });
    expect(await client.listTopics()).toMatchObject([{ name: "orders", offsetCount: 2 }]);
    expect((await client.describeTopic("orders")).partitions.length).toBe(2);
    expect((await client.brokerConfig()).length).toBe(2);
    expect(await client.listGroups()).toBeArray();
    expect(await refusalOf(client.describeTopic("no"))).toBe("unknown-topic-or-partition");
  });

  test("read and watch", async () => {
    const { client } = await fixture({ wrap: newerPeers });
    await client.produce({ ...place, acks: -1, batch: batchOf(["a", "b"]) });
    const wanted = { ...place, start: { kind: "earliest" }, end: { kind: "latest" } } as const;
    const events: StreamEvent[] = [];
    for await (const event of await client.openStream({ partitions: [wanted] })) events.push(event);
    expect(events.map(({ kind }) => kind)).toEqual(["records", "partition-ended"]);
    const watch = client.watch({
      ...{ intervalMs: 100, topics: true, partitionsOf: [], faults: true },
      ...{ groups: true, progressOf: [], events: true },
    });
    const { value } = await watch[Symbol.asyncIterator]().next();
    expect(value).toMatchObject({ broker: { brokerId: 1 } });
    watch.stop();
  });
});

test("a pair of this release and the next copies, and hands over", async () => {
  const { pair, client } = await pairWithTopic("orders", {}, 1, newerPeers);
  const { one, two } = pair;
  const send = (value: string) => client.produce({ ...place, acks: -1, batch: batchOf([value]) });
  const isInSync = () => one.broker?.partition("orders", 0)?.isr.length === 2;
  await pair.until(isInSync, "both are in sync");
  expect(await settled(pair, send("a"), "an ack")).toMatchObject({ copies: 2 });
  await pair.until(() => two.broker?.partition("orders", 0)?.highWatermark === 1, "the mark");
  expect([...(await valuesOf(pair, two, "orders")).values()]).toEqual(["a"]);
  const handedOver = await settled(pair, client.switchOver(), "the switch");
  expect(handedOver).toMatchObject({ leader: { host: "two" } });
  await pair.until(() => one.broker?.status().replication.connected === true, "one follows");
  await pair.close();
});

describe("a client of the next release and a broker of this", () => {
  /** What the next release may have more. */
  interface Newer {
    readonly rank: number;
    readonly note: string | null;
  }
  const more = { rank: optional(int32(), 7), note: nullable(text) };
  const listing: Operation<Newer, { readonly serverNote: string | null }> = {
    name: "list-topics",
    request: record<Newer>(more),
    answer: record<{ readonly serverNote: string | null }>({ serverNote: nullable(text) }),
  };
  const status: Operation<Nothing, Newer & { readonly brokerId: number }> = {
    name: "status",
    request: nothing,
    answer: record<Newer & { readonly brokerId: number }>({ brokerId: int32(), ...more }),
  };
  const deleteTopic: Operation<{ readonly name: string; readonly dryRun: boolean }, Nothing> = {
    name: "delete-topic",
    request: record<{ readonly name: string; readonly dryRun: boolean }>({
      ...{ name: text, dryRun: optional(flag, false) },
    }),
    answer: nothing,
  };

  async function connected() {
    const { platform, address } = await fixture();
    const options = { timeoutMs: 1000, clientName: "newer" };
    return (await connectCaller(platform, address, options)).caller;
  }

  test("understand each other in all that the broker can do", async () => {
    const caller = await connected();
    expect(await call(caller, listing, { rank: 7, note: null })).toEqual({ serverNote: null });
    expect(await call(caller, status, {})).toMatchObject({ brokerId: 1, rank: 7, note: null });
  });

  test("what the broker can't do is refused by its name, and not done without it", async () => {
    const caller = await connected();
    expect(await refusalOf(call(caller, listing, { rank: 8, note: null }))).toBe(
      "invalid-request rank",
    );
    const wanted = { name: "orders", dryRun: true };
    expect(await refusalOf(call(caller, deleteTopic, wanted))).toBe("invalid-request dryRun");
    expect((await call(caller, listTopics, {})).topics.length).toBe(1);
    const undo: Operation<Nothing, Nothing> = { name: "undo", request: nothing, answer: nothing };
    expect(await refusalOf(call(caller, undo, {}))).toBe("unknown-operation");
  });
});
