import { describe, expect, test } from "bun:test";
import { BrokerError } from "../../../broker/errors.ts";
import type { KnownBroker } from "../../../broker/membership/replication-api.ts";
import { recordsOf } from "../../../record/records.ts";
import { type FakeBroker, fakeBroker } from "../../fake-broker.testing.ts";
import { type Caller, caller, turns } from "../http.testing.ts";

function post(body: string | Uint8Array, query = "", head = ""): Uint8Array {
  const bytes = typeof body === "string" ? new TextEncoder().encode(body) : body;
  const length = `Content-Length: ${bytes.length}\r\n`;
  return Buffer.concat([
    Buffer.from(`POST /topics/orders${query} HTTP/1.1\r\n${length}${head}\r\n`),
    bytes,
  ]);
}

const ndjson = "Content-Type: application/x-ndjson\r\n";
const octets = "Content-Type: application/octet-stream\r\n";

/** What a partition holds: `key=value` of each record. */
function stored({ broker }: Pick<Caller, "broker">, partition: number): string[] {
  const decoder = new TextDecoder();
  const text = (bytes: Uint8Array | null) => (bytes === null ? "-" : decoder.decode(bytes));
  return broker
    .stored("orders", partition)
    .flatMap((batch) => [...recordsOf(batch, 0, 1000)])
    .map(({ key, value, headers }) => `${text(key)}=${text(value)}${headers.map(String).join()}`);
}

async function told(client: Caller, request: Uint8Array) {
  const answer = await client.ask(request);
  const [head = "", body = ""] = answer.split("\r\n\r\n");
  return { status: head.slice(9, 12), head, fields: JSON.parse(body) };
}

const bodies: readonly [string, string | Uint8Array, string, string, string[]][] = [
  ["a line is a record", "one\ntwo\n", "", "", ["-=one", "-=two"]],
  ["so is what stands behind the last end", "one\n\ntwo", "", "", ["-=one", "-=", "-=two"]],
  [
    "text of any kind",
    "a\r\nb",
    "",
    "Content-Type: TEXT/plain; charset=utf-8\r\n",
    ["-=a\r", "-=b"],
  ],
  ["nothing", "", "", "", []],
  [
    "all else is one record",
    '{\n"a":1}\n',
    "",
    "Content-Type: application/json\r\n",
    ['-={\n"a":1}\n'],
  ],
  ["bytes too", "", "", octets, ["-="]],
  ["a key for all", "1\n2", "?key=a%20b&partition=0", "", ["a b=1", "a b=2"]],
  [
    "records as JSON",
    '{"value":"1"}\n{"value":null,"key":"k","headers":[{"name":"h","value":"v"}]}\n',
    "?key=x&partition=0",
    ndjson,
    ["x=1", "k=-h,118"],
  ],
];

describe("POST to a topic", () => {
  test.each(bodies)("%s", async (_, body, query, head, records) => {
    const client = await caller({ network: { chunkBytes: 5 } });
    const { status, fields } = await told(client, post(body, query, head));
    expect(status).toBe("200");
    expect(stored(client, 0)).toEqual(records);
    const place = { partition: 0, base_offset: 0, last_offset: records.length - 1 };
    const written = { ...place, records: records.length, durability: "fsync", copies: 1 };
    expect(fields).toEqual({ topic: "orders", written: records.length === 0 ? [] : [written] });
  });

  test("without a key goes to one partition, the next time to another, in order", async () => {
    const client = await caller();
    for (const body of ["1\n2", "3\n4", "5"]) await client.say(post(body));
    expect([stored(client, 0), stored(client, 1)]).toEqual([
      ["-=1", "-=2", "-=5"],
      ["-=3", "-=4"],
    ]);
  });

  test("with keys goes where Kafka's clients put them", async () => {
    const client = await caller();
    const lines = ["a", "b", "c", "d"].map((key) => `{"key":"${key}","value":""}`).join("\n");
    const { fields } = await told(client, post(lines, "", ndjson));
    expect(fields.written).toHaveLength(2);
    expect([stored(client, 0), stored(client, 1)]).toEqual([["a=", "b=", "c="], ["d="]]);
  });

  test("in as many batches as it takes", async () => {
    const client = await caller();
    const line = `${"x".repeat(300_000)}\n`;
    const { fields } = await told(client, post(line.repeat(7)));
    const offsets = fields.written.map((each: { last_offset: number }) => each.last_offset);
    expect(offsets).toEqual([2, 5, 6]);
  });

  const refusals: readonly [string, string, string, string | Uint8Array, string][] = [
    ["400", "?keey=x", "", "1", '"keey" is unknown; there are key, partition'],
    ["400", "?partition=x", "", "1", "partition is no number"],
    ["404", "?partition=2", "", "1", "there is no partition orders-2"],
    ["404", "-new", "", "1", "there is no topic orders-new"],
    ["400", "%20x", "", "1", "is no topic name"],
    ["400", "", ndjson, '{"value":"1"}\n{"valeu":"1"}', "line 2: the line has an unknown field"],
    ["400", "", ndjson, Uint8Array.of(0xff), "line 1: not UTF-8"],
    ["415", "", "", Uint8Array.of(0xff, 10), "application/octet-stream"],
    ["415", "", "Content-Encoding: gzip\r\n", "1", "uncompressed"],
    ["413", "", "", "\n".repeat(100_001), "100000 records are taken at a time"],
    ["403", "", "Origin: http://evil.example\r\n", "1", "evil.example"],
    ["403", "", "Origin: null\r\nHost: 10.0.0.1:9092\r\n", "1", "a page of null"],
    ["403", "", "Host: evil.example:9092\r\n", "1", "--advertise"],
    ["403", "", "Host: EVIL.example\r\nOrigin: http://EVIL.example\r\n", "1", "--advertise"],
  ];

  test.each(refusals)("%s for %s %s", async (status, query, head, body, why) => {
    const client = await caller();
    const answer = await told(client, post(body, query, head));
    expect(answer.status).toBe(status);
    expect(answer.fields.message).toContain(why);
    expect(client.broker.produced).toEqual([]);
  });

  test.each(["localhost:9092", "127.0.0.1", "[::1]:9092", "weir-1:9092", ""])(
    "is taken for %s, from its own page as well",
    async (host) => {
      const head = `Host: ${host}\r\nOrigin: http://${host}\r\n`;
      expect((await told(await caller(), post("1", "", head))).status).toBe("200");
    },
  );

  test("says what was written where some wasn't", async () => {
    const client = await caller();
    client.broker.beforeAppend = ({ partition }) => {
      if (partition === 1) throw new BrokerError("storage-full", "the disk is full");
    };
    const lines = '{"key":"a","value":"1"}\n{"key":"d","value":"2"}\n';
    const { status, fields } = await told(client, post(lines, "", ndjson));
    expect(status).toBe("507");
    expect(fields).toMatchObject({ error: "storage-full", message: "the disk is full" });
    expect(fields.written).toMatchObject([{ partition: 0, records: 1 }]);
  });

  test("little is kept of what a client says while its records are written", async () => {
    const health = "GET /health HTTP/1.1\r\n\r\n";
    const client = await caller({ network: { windowBytes: 1024 } });
    const kept = Promise.withResolvers<void>();
    client.broker.beforeAppend = () => kept.promise;
    await client.say(post("x"), ...Array.from({ length: 100 }, () => health.repeat(100)));
    expect(client.connection.queuedBytes).toBeGreaterThan(100_000);
    kept.resolve();
    await turns(15_000);
    expect(client.heard().match(/"status":"ok"/g)).toHaveLength(10_000);
  });

  test("100 Continue is said before a body, not before one too large", async () => {
    const client = await caller();
    const wait = "POST /topics/orders HTTP/1.1\r\nExpect: 100-continue\r\nContent-Length: ";
    expect(await client.ask(`${wait}1\r\n\r\n`)).toBe("HTTP/1.1 100 Continue\r\n\r\n");
    expect(await client.ask("x")).toStartWith("HTTP/1.1 200 OK");
    expect(await client.ask(`${wait}99999999\r\n\r\n`)).toStartWith("HTTP/1.1 413 ");
    expect(client.closed).toBe(true);
  });
});

/** A broker that leads the first partition only; another one leads the rest. */
function oneOfTwo(): FakeBroker {
  const broker = fakeBroker({ orders: 2 });
  const { partition, replication } = broker;
  const [own] = replication.brokers();
  const other: KnownBroker = {
    ...{ id: 2, host: "broker-2", port: 9093, rack: null },
    ...{ isStopping: false, isDrained: false },
  };
  return {
    ...broker,
    replication: { ...replication, brokers: () => (own ? [own, other] : []) },
    partition: (topic, index) => {
      const found = partition(topic, index);
      return found && index === 1 ? { ...found, leader: 2, replicas: [2] } : found;
    },
  };
}

describe("a broker that leads one of two partitions", () => {
  test("takes what has no key", async () => {
    const client = await caller({ broker: oneOfTwo() });
    for (const body of ["1", "2"]) expect((await told(client, post(body))).status).toBe("200");
    expect(stored(client, 0)).toEqual(["-=1", "-=2"]);
  });

  test("sends clients to the other one for what is there, and writes nothing", async () => {
    const client = await caller({ broker: oneOfTwo() });
    const { status, head, fields } = await told(client, post("1", "?key=d"));
    expect([status, fields.error]).toEqual(["307", "not-leader"]);
    expect(head).toContain("\r\nLocation: http://broker-2:9093/topics/orders?key=d\r\n");
    const both = '{"key":"a","value":"1"}\n{"key":"d","value":"2"}\n';
    expect((await told(client, post(both, "", ndjson))).status).toBe("421");
    expect(client.broker.produced).toEqual([]);
    const read = await client.ask("GET /topics/orders?partition=1 HTTP/1.1\r\n\r\n");
    expect(read).toContain("\r\nLocation: http://broker-2:9093/topics/orders?partition=1\r\n");
    expect(await client.ask("GET /topics/orders HTTP/1.1\r\n\r\n")).toStartWith("HTTP/1.1 421 ");
  });
});
