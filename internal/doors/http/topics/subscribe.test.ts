import { expect, test } from "bun:test";
import { BatchBuilder } from "../../../record/builder.ts";
import type { Codec } from "../../../record/layout.ts";
import { type Caller, caller, turns } from "../http.testing.ts";

/** Stores values in a partition, as one batch. */
function store({ broker }: Caller, partition: number, values: string[], codec: Codec = "none") {
  const builder = new BatchBuilder();
  for (const value of values) {
    const bytes = new TextEncoder().encode(value);
    builder.append({ key: null, value: bytes, headers: [], timestampMs: 0 });
  }
  broker.store("orders", partition, builder.build(codec));
}

const get = (query = "", head = "") => `GET /topics/orders${query} HTTP/1.1\r\n${head}\r\n`;
const events = "Accept: text/event-stream\r\n";

/** The body of an answer in chunks, and whether its end was there. */
function body(answer: string): { text: string; ended: boolean } {
  let text = "";
  let rest = answer.slice(answer.indexOf("\r\n\r\n") + 4);
  for (;;) {
    const [, size] = /^([0-9a-f]+)\r\n/.exec(rest) ?? [];
    const bytes = Number.parseInt(size ?? "0", 16);
    if (size === undefined || bytes === 0) return { text, ended: rest === "0\r\n\r\n" };
    text += rest.slice(size.length + 2, size.length + 2 + bytes);
    rest = rest.slice(size.length + 4 + bytes);
  }
}

/** `partition/offset value` of each line. */
function records(text: string): string[] {
  return text
    .split("\n")
    .filter((line) => line.startsWith("{"))
    .map((line) => JSON.parse(line))
    .map(({ partition, offset, value }) => `${partition}/${offset} ${value}`);
}

test("reads what is there, then what comes, until its client goes", async () => {
  const client = await caller();
  store(client, 0, ["a", "b"]);
  store(client, 1, ["c"], "gzip");
  const answer = await client.ask(get("?from=earliest"));
  expect(answer).toStartWith("HTTP/1.1 200 OK\r\nContent-Type: application/x-ndjson\r\n");
  expect(records(body(answer).text)).toEqual(["0/0 a", "0/1 b", "1/0 c"]);
  store(client, 0, ["d"]);
  await turns();
  expect(client.heard()).toMatch(/^[0-9a-f]+\r\n\{"topic":"orders",.*"value":"d".*\}\n\r\n$/);
  expect(client.broker.openFetchers).toBe(1);
  client.connection.end();
  await turns();
  expect(client.broker.openFetchers).toBe(0);
  expect(client.clock.pendingTimers).toBe(0);
});

test.each([
  ["", []],
  ["?from=1", ["0/1 b", "1/1 d"]],
  ["?from=1,latest", ["0/1 b"]],
  ["?from=earliest&partition=1", ["1/0 c", "1/1 d"]],
])("begins where it is asked to: %s", async (query, found) => {
  const client = await caller();
  store(client, 0, ["a", "b"]);
  store(client, 1, ["c", "d"]);
  expect(records(body(await client.ask(get(query))).text)).toEqual(found);
});

test.each([1, 1000])("ends with what was there, cut at %d bytes", async (chunkBytes) => {
  const client = await caller({ network: { chunkBytes } });
  store(client, 0, ["a", "b"]);
  await client.say(get("?from=earliest&until=latest"));
  store(client, 0, ["c"]);
  await turns(1000);
  const { text, ended } = body(client.heard());
  expect([records(text), ended, client.closed]).toEqual([["0/0 a", "0/1 b"], true, true]);
  expect(client.broker.openFetchers).toBe(0);
});

test("to a client of HTTP/1.0 the end of the connection is the end", async () => {
  const client = await caller();
  store(client, 0, ["a"]);
  const answer = await client.ask("GET /topics/orders?from=earliest&until=latest HTTP/1.0\r\n\r\n");
  expect(answer).not.toContain("chunked");
  expect(answer).toMatch(/\r\n\r\n\{.*\}\n$/);
});

test("an event's id says where to go on", async () => {
  const client = await caller();
  store(client, 0, ["a", "b"]);
  store(client, 1, ["c"]);
  const answer = await client.ask(get("?from=earliest", events));
  expect(answer).toContain("\r\nContent-Type: text/event-stream\r\n");
  const { text } = body(answer);
  expect(text.match(/^id: .*/gm)).toEqual(["id: 1,0", "id: 2,0", "id: 2,1"]);
  expect(text).toMatch(/^id: 1,0\ndata: \{.*"value":"a".*\}\n\nid: /);
  const again = await caller({ broker: client.broker });
  const rest = body(await again.ask(get("?from=earliest", `${events}Last-Event-ID: 1,0\r\n`))).text;
  expect(text).toEndWith(rest);
  expect(rest.match(/^id: .*/gm)).toEqual(["id: 2,0", "id: 2,1"]);
});

test("who doesn't read is not read for, and misses nothing", async () => {
  const client = await caller({ network: { windowBytes: 10_000, chunkBytes: 1_000_000 } });
  const value = "x".repeat(50_000);
  for (let batch = 0; batch < 100; batch++) {
    store(client, 0, [`${batch}${value}`, value, value], "gzip");
  }
  client.connection.pause();
  await client.say(get("?from=earliest&until=latest"));
  expect(client.served.queuedBytes).toBeGreaterThan(1_000_000);
  expect(client.served.queuedBytes).toBeLessThan(2_000_000);
  const { polls } = client.broker;
  await turns();
  expect(client.broker.polls).toBe(polls);
  client.connection.resume();
  await turns(3000);
  const { text, ended } = body(client.heard());
  expect(ended).toBe(true);
  const offsets = records(text).map((line) => line.split(" ")[0]);
  expect(offsets).toEqual(Array.from({ length: 300 }, (_, offset) => `0/${offset}`));
});

test("a stream that can't go on says why, and its end is missing", async () => {
  for (const [head, begin] of [
    ["", '{"error":'],
    [events, 'event: error\ndata: {"error":'],
  ] as const) {
    const client = await caller();
    store(client, 0, ["a", "b"]);
    client.connection.pause();
    await client.say(get("?from=0", head));
    await client.broker.deleteRecords("orders", 0, 2);
    await client.broker.deleteRecords("orders", 1, 5);
    store(client, 1, ["c"]);
    client.connection.resume();
    await turns();
    const { text, ended } = body(client.heard());
    expect(text).toContain(`${begin}"offset-out-of-range","message":"there is no offset`);
    expect([ended, client.closed]).toEqual([false, true]);
    expect(client.broker.openFetchers).toBe(0);
  }
});

test.each([
  ["416", "?from=3", "orders-0 has no 3; it has 1 to 2"],
  ["416", "?from=0", "orders-0 has no 0; it has 1 to 2"],
  ["400", "?from=tomorrow", "earliest, latest or an offset"],
  ["400", "?from=1,2,3", "3 places for 2 partitions"],
  ["400", "?until=5", "until has to be latest"],
  ["404", "?partition=7", "there is no partition orders-7"],
  ["404", "s", "there is no topic orderss"],
])("%s for %s", async (status, query, why) => {
  const client = await caller();
  store(client, 0, ["a", "b"]);
  await client.broker.deleteRecords("orders", 0, 1);
  const answer = await client.ask(get(query));
  expect(answer).toStartWith(`HTTP/1.1 ${status} `);
  expect(answer).toContain(why);
  expect(client.broker.openFetchers).toBe(0);
});

test("HEAD has the head of it, and opens nothing", async () => {
  const client = await caller();
  expect(await client.ask("HEAD /topics/orders HTTP/1.1\r\n\r\n")).toEndWith("\r\n\r\n");
  expect(client.broker.openFetchers).toBe(0);
});
