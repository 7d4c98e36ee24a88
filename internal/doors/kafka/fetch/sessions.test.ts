import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import {
  batchOf,
  type Fixture,
  makeTopic,
  openFixture,
  type TestClient,
} from "../fixture.testing.ts";
import { kafkaErrors } from "../protocol/error-codes.ts";
import { fetch } from "../protocol/messages/01-fetch.ts";
import { ZERO_UUID } from "../protocol/table.ts";

let fixture: Fixture;
let ids: Map<string, string>;

const { FETCH_SESSION_ID_NOT_FOUND, INVALID_FETCH_SESSION_EPOCH } = kafkaErrors;

beforeEach(async () => {
  fixture = await openFixture({}, { maxFetchSessions: 2, fetchSessionSafeMs: 1000 });
  ids = new Map();
  for (const name of ["a", "b"]) ids.set(name, await makeTopic(fixture.broker, name, 2));
});

afterEach(() => fixture.close());

function append(topic: string, partition = 0) {
  const buffer = batchOf(["x"]);
  return fixture.broker.produce({ topic, partition, buffer, from: 0, to: buffer.length, acks: -1 });
}

/** `a-0@5` is partition 0 of topic a from offset 5 on. */
interface Session {
  readonly id?: number;
  readonly epoch?: number;
  readonly wanted?: readonly string[];
  readonly forgotten?: readonly string[];
  readonly maxWaitMs?: number;
}

function nameOf(version: number, topic: string) {
  if (version < 13) return { topic, topicId: ZERO_UUID };
  return { topic: "", topicId: ids.get(topic) ?? "AAAAAAAAAAAAAAAAAAAAAQ" };
}

/** Fetches; the answer's partitions as `a-0:1`, with the number of batches or an error's code. */
async function fetchNext(client: TestClient, version: number, session: Session) {
  const { id = 0, epoch = 0, wanted = [], forgotten = [], maxWaitMs = 0 } = session;
  const topics = wanted.map((place) => {
    const [topic = "", partition, offset = 0] = place.split(/[-@]/);
    const position = { fetchOffset: Number(offset), partitionMaxBytes: 10_000 };
    return {
      ...nameOf(version, topic),
      partitions: [{ partition: Number(partition), ...position }],
    };
  });
  const forgottenTopicsData = forgotten.map((place) => {
    const [topic = "", partition] = place.split("-");
    return { ...nameOf(version, topic), partitions: [Number(partition)] };
  });
  const place = { sessionId: id, sessionEpoch: epoch, topics, forgottenTopicsData };
  const request = { maxWaitMs, minBytes: 1, rackId: "", ...place };
  const { errorCode, sessionId, responses } = await client.call(fetch, version, request);
  const found = responses.flatMap(({ topic, topicId, partitions }) =>
    partitions.map(({ partitionIndex, errorCode: code, records }) => {
      const name = version < 13 ? topic : [...ids].find(([, known]) => known === topicId)?.[0];
      const size = (records?.to ?? 0) - (records?.from ?? 0);
      return `${name}-${partitionIndex}:${code === 0 ? size / batchOf(["x"]).length : `E${code}`}`;
    }),
  );
  return { errorCode, sessionId, found };
}

const both = ["a-0@0", "a-1@0", "b-0@0"];

describe.each([7, 11, 12, 13, 18])("a fetch session of version %d", (version) => {
  test("answers everything at first, then what has changed", async () => {
    const client = fixture.connect();
    await append("a");
    const first = await fetchNext(client, version, { wanted: both });
    expect(first.found.toSorted()).toEqual(["a-0:1", "a-1:0", "b-0:0"]);
    const { sessionId: id } = first;
    expect(id).toBeGreaterThan(0);

    // The records of a-0 are told until the client moves on.
    const again = await fetchNext(client, version, { id, epoch: 1 });
    expect(again).toEqual({ errorCode: 0, sessionId: id, found: ["a-0:1"] });
    const moved = await fetchNext(client, version, { id, epoch: 2, wanted: ["a-0@1"] });
    expect(moved.found).toEqual([]);
    await append("b");
    expect((await fetchNext(client, version, { id, epoch: 3 })).found).toEqual(["b-0:1"]);
  });

  test("waits for news of any of its partitions", async () => {
    const client = fixture.connect();
    const { sessionId: id } = await fetchNext(client, version, { wanted: both });
    const next = fetchNext(client, version, { id, epoch: 1, maxWaitMs: 500 });
    await append("a", 1);
    expect((await next).found).toEqual(["a-1:1"]);
    const late = fetchNext(client, version, { id, epoch: 2, wanted: ["a-1@1"], maxWaitMs: 500 });
    await turns(3);
    fixture.clock.advance(500);
    expect((await late).found).toEqual([]);
  });

  test("adds and forgets partitions, and ends with the last", async () => {
    const client = fixture.connect();
    const { sessionId: id } = await fetchNext(client, version, { wanted: ["a-0@0"] });
    await append("a");
    await append("b");
    const change = { wanted: ["b-0@0"], forgotten: ["a-0", "a-1"] };
    const changed = await fetchNext(client, version, { id, epoch: 1, ...change });
    expect(changed.found).toEqual(["b-0:1"]);
    const empty = await fetchNext(client, version, { id, epoch: 2, forgotten: ["b-0"] });
    expect(empty).toEqual({ errorCode: 0, sessionId: 0, found: [] });
    const gone = await fetchNext(client, version, { id, epoch: 3 });
    expect(gone.errorCode).toBe(FETCH_SESSION_ID_NOT_FOUND.code);
  });

  test("tells errors every time, until they are over", async () => {
    const client = fixture.connect();
    const wanted = ["a-0@0", "b-9@0", "new-0@0"];
    const unknown = kafkaErrors.UNKNOWN_TOPIC_OR_PARTITION.code;
    const topicId = kafkaErrors.UNKNOWN_TOPIC_ID.code;
    const missing = version < 13 ? `new-0:E${unknown}` : `undefined-0:E${topicId}`;
    const first = await fetchNext(client, version, { wanted });
    expect(first.found.toSorted()).toEqual(["a-0:0", `b-9:E${unknown}`, missing].toSorted());
    const patient = { id: first.sessionId, maxWaitMs: 60_000 };
    const second = await fetchNext(client, version, { ...patient, epoch: 1 });
    expect(second.found.toSorted()).toEqual([`b-9:E${unknown}`, missing].toSorted());
    const forgotten = ["b-9", "new-0"];
    await append("a");
    const third = await fetchNext(client, version, { ...patient, epoch: 2, forgotten });
    expect(third.found).toEqual(["a-0:1"]);
  });

  test("notices a topic that was deleted and made anew", async () => {
    const client = fixture.connect();
    const { sessionId: id } = await fetchNext(client, version, { wanted: ["a-0@0", "b-0@0"] });
    await fixture.broker.deleteTopic("a");
    const gone = version < 13 ? "UNKNOWN_TOPIC_OR_PARTITION" : "UNKNOWN_TOPIC_ID";
    const error = `a-0:E${kafkaErrors[gone].code}`;
    expect((await fetchNext(client, version, { id, epoch: 1 })).found).toEqual([error]);
    const oldId = ids.get("a") ?? "";
    const newId = await makeTopic(fixture.broker, "a");
    expect((await fetchNext(client, version, { id, epoch: 2 })).found).toEqual([error]);
    await append("a");
    ids.set("a", newId);
    ids.set("old", oldId);
    const change = { wanted: ["a-0@0"], forgotten: version < 13 ? [] : ["old-0"] };
    const anew = await fetchNext(client, version, { id, epoch: 3, ...change });
    expect(anew.found).toEqual(["a-0:1"]);
  });
});

describe("a fetch session", () => {
  test("is found by its id and epoch, on its connection only", async () => {
    const client = fixture.connect();
    const { sessionId: id } = await fetchNext(client, 12, { wanted: both });
    const none = { sessionId: 0, found: [] };
    const notFound = { errorCode: FETCH_SESSION_ID_NOT_FOUND.code, ...none };
    const wrongEpoch = { errorCode: INVALID_FETCH_SESSION_EPOCH.code, ...none };
    expect(await fetchNext(client, 12, { id: id + 1, epoch: 1 })).toEqual(notFound);
    expect(await fetchNext(fixture.connect(), 12, { id, epoch: 1 })).toEqual(notFound);
    for (const epoch of [2, 2 ** 31 - 1, -2]) {
      expect(await fetchNext(client, 12, { id, epoch })).toEqual(wrongEpoch);
    }
    const mixed = kafkaErrors.FETCH_SESSION_TOPIC_ID_ERROR.code;
    expect((await fetchNext(client, 13, { id, epoch: 1 })).errorCode).toBe(mixed);
    expect((await fetchNext(client, 12, { id, epoch: 1 })).sessionId).toBe(id);
  });

  test("ends with a full fetch, of which epoch 0 begins another", async () => {
    const client = fixture.connect();
    const { sessionId: id } = await fetchNext(client, 12, { wanted: both });
    const another = await fetchNext(client, 12, { id, epoch: 0, wanted: both });
    expect(another.sessionId).toBeGreaterThan(0);
    expect(another.sessionId).not.toBe(id);
    const last = await fetchNext(client, 12, { id: another.sessionId, epoch: -1, wanted: both });
    expect(last).toMatchObject({ errorCode: 0, sessionId: 0 });
    const gone = await fetchNext(client, 12, { id: another.sessionId, epoch: 1 });
    expect(gone.errorCode).toBe(FETCH_SESSION_ID_NOT_FOUND.code);
  });

  test("is not begun without partitions, nor for a client that wants none", async () => {
    const client = fixture.connect();
    expect((await fetchNext(client, 12, { wanted: [] })).sessionId).toBe(0);
    expect((await fetchNext(client, 12, { epoch: -1, wanted: both })).sessionId).toBe(0);
    expect((await fetchNext(client, 5, { epoch: -1, wanted: both })).sessionId).toBe(0);
  });
});

describe("when there is no room for another session", () => {
  /** Begins a session on a connection of its own; 0 for none. */
  async function begin(wanted: readonly string[] = both): Promise<[TestClient, number]> {
    const client = fixture.connect();
    const { sessionId, found } = await fetchNext(client, 12, { wanted });
    expect(found).toHaveLength(wanted.length);
    return [client, sessionId];
  }

  test("a new one is answered without, while the others are new", async () => {
    await begin();
    await begin();
    expect((await begin())[1]).toBe(0);
  });

  test("the one unused for longest gives way, once that is long", async () => {
    const [first, id] = await begin();
    const [second, otherId] = await begin();
    fixture.clock.advance(600);
    expect((await fetchNext(first, 12, { id, epoch: 1 })).errorCode).toBe(0);
    fixture.clock.advance(600);
    expect((await begin())[1]).toBeGreaterThan(0);
    const gone = await fetchNext(second, 12, { id: otherId, epoch: 1 });
    expect(gone.errorCode).toBe(FETCH_SESSION_ID_NOT_FOUND.code);
    expect((await fetchNext(first, 12, { id, epoch: 2 })).errorCode).toBe(0);
  });

  test("a smaller one gives way to a larger, once it isn't new", async () => {
    const [small, smallId] = await begin(["a-0@0"]);
    const [large, largeId] = await begin(["a-0@0", "a-1@0"]);
    fixture.clock.advance(1100);
    expect((await fetchNext(small, 12, { id: smallId, epoch: 1 })).errorCode).toBe(0);
    expect((await fetchNext(large, 12, { id: largeId, epoch: 1 })).errorCode).toBe(0);
    expect((await begin(["b-0@0"]))[1]).toBe(0);
    expect((await begin(both))[1]).toBeGreaterThan(0);
    const gone = await fetchNext(small, 12, { id: smallId, epoch: 2 });
    expect(gone.errorCode).toBe(FETCH_SESSION_ID_NOT_FOUND.code);
    expect((await fetchNext(large, 12, { id: largeId, epoch: 2 })).errorCode).toBe(0);
  });

  test("one that is being answered stays", async () => {
    const [first, id] = await begin();
    const [second, otherId] = await begin();
    const waiting = [
      fetchNext(first, 12, { id, epoch: 1, maxWaitMs: 60_000 }),
      fetchNext(second, 12, { id: otherId, epoch: 1, maxWaitMs: 60_000 }),
    ];
    fixture.clock.advance(2000);
    expect((await begin())[1]).toBe(0);
    await append("a");
    for (const answer of waiting) expect((await answer).found).toEqual(["a-0:1"]);
  });

  test("there is room again when a connection ends", async () => {
    const [first] = await begin();
    await begin();
    first.receiver.closed(null);
    expect((await begin())[1]).toBeGreaterThan(0);
  });
});

async function turns(count: number): Promise<void> {
  for (let i = 0; i < count; i++) {
    await new Promise<void>((resolve) => fixture.clock.atEndOfTurn(resolve));
  }
}
