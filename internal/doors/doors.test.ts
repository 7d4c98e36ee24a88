import { expect, test } from "bun:test";
import type { ConnectionCounts } from "../broker/observability/gauges.ts";
import { FrameAssembler } from "../platform/frames.ts";
import type { Connection, Network } from "../platform/network.ts";
import { manualClock } from "../platform/testing/manual-clock.ts";
import { type MemoryNetworkOptions, memoryNetwork } from "../platform/testing/memory-network.ts";
import { Doors, type DoorsLimits, defaultDoorsLimits } from "./doors.ts";
import type { Conversation, Protocol } from "./entrance.ts";

const decoder = new TextDecoder();

/** Doors that speak `WEIR`, `WAIT` and 0x00, and repeat what they are told behind their name. */
async function doors(
  options: { network?: Partial<MemoryNetworkOptions>; limits?: DoorsLimits } = {},
) {
  const clock = manualClock();
  const network = memoryNetwork(clock, options.network);
  const logged: string[] = [];
  const note = (event: string, fields: object): void => {
    logged.push([event, ...Object.values(fields)].join(" "));
  };
  const log = { info: note, warn: note, error: note };
  const protocols: Protocol[] = [
    { name: "kafka", firstBytes: Uint8Array.of(0), open: repeater("k:"), turnAway: regret(8) },
    { name: "native", firstBytes: bytes("WEIR"), open: repeater("n:"), turnAway: regret(4) },
    { name: "other", firstBytes: bytes("WAIT"), open: repeater("o:"), turnAway: regret(1000) },
    { name: "frames", firstBytes: bytes("FRAM"), open: counter, turnAway: regret(4) },
  ];
  const { limits = defaultDoorsLimits } = options;
  const counts: number[] = [];
  const counted = ({ open }: ConnectionCounts) => counts.push(open);
  const opened = new Doors({ clock, network, log, protocols, limits, counted });
  const address = await opened.listen({ host: "broker", port: 0 });
  return {
    clock,
    counts,
    doors: opened,
    logged,
    call: (...said: string[]) => call(network, address, said),
  };
}

const bytes = (text: string) => new TextEncoder().encode(text);

/** Answers with what it was told and the reason, once it was told so much. */
function regret(leastBytes: number): Protocol["turnAway"] {
  return (first, reason) => {
    return first.length < leastBytes ? null : bytes(`${decoder.decode(first)}: ${reason}`);
  };
}

/** Reads frames behind four bytes, and says how long each was. */
function counter(connection: Connection): Conversation {
  const frames = new FrameAssembler(1e6, (_, from, to) => connection.send(bytes(`${to - from}`)));
  let isFirst = true;
  return {
    receive(chunk, from, to) {
      frames.receive(chunk, isFirst ? from + 4 : from, to);
      isFirst = false;
    },
    get partial() {
      return frames.partial;
    },
    filled: (count) => frames.filled(count),
    mayBeSilent: false,
    drained() {},
    closed() {},
  };
}

function repeater(name: string): (connection: Connection) => Conversation {
  return (connection) => {
    connection.send(new TextEncoder().encode(name));
    return {
      receive: (chunk, from, to) => {
        if (decoder.decode(chunk.subarray(from, to)) === " throw") throw new Error("a bug");
        connection.send(chunk.slice(from, to));
      },
      partial: null,
      mayBeSilent: name === "o:",
      filled() {},
      drained() {},
      closed() {},
    };
  };
}

/** A client that says some things, each in its own turn, and hears until it is hung up on. */
async function call(
  network: Network,
  address: { host: string; port: number },
  said: readonly string[],
) {
  const client = { heard: "", closed: false, connection: null as Connection | null };
  client.connection = await network.connect(address, 1000, () => ({
    receive(chunk, from, to) {
      client.heard += decoder.decode(chunk.subarray(from, to));
    },
    partial: null,
    filled() {},
    drained() {},
    closed() {
      client.closed = true;
    },
  }));
  for (const text of said) {
    client.connection.send(new TextEncoder().encode(text));
    await turns();
  }
  return client;
}

async function turns(): Promise<void> {
  for (let turn = 0; turn < 20; turn++) await new Promise((resolve) => setImmediate(resolve));
}

const conversations: readonly [string, string[], string][] = [
  ["at once", ["WEIR and more"], "n:WEIR and more"],
  ["in pieces", ["W", "E", "IR", " more"], "n:WEIR more"],
  ["with a common beginning", ["WA", "IT"], "o:WAIT"],
  ["by one byte", ["\0\0\0\x05hello"], "k:\0\0\0\x05hello"],
];

for (const chunkBytes of [1, 1000]) {
  test.each(conversations)(
    `a protocol that is told %s, cut at ${chunkBytes}`,
    async (_, said, heard) => {
      const { call, counts, doors: opened } = await doors({ network: { chunkBytes } });
      const client = await call(...said);
      expect(client.heard).toBe(heard);
      expect(client.closed).toBe(false);
      expect(opened.connectionCount).toBe(1);
      client.connection?.end();
      await turns();
      expect(opened.connectionCount).toBe(0);
      expect(counts).toEqual([1, 0]);
    },
  );
}

test("an unknown protocol is closed, and the log says what it began with", async () => {
  const { call, logged, doors: opened } = await doors();
  const client = await call("WE", "LL, hello");
  expect(client).toMatchObject({ heard: "", closed: true });
  expect(logged).toEqual([expect.stringMatching(/^protocol-unknown memory:\d+ 57454c4c/)]);
  expect(opened.connectionCount).toBe(0);
});

test("who says nothing for long is disconnected, unless it waits for something", async () => {
  const limits = { ...defaultDoorsLimits, maxIdleMs: 80_000 };
  const { call, clock, logged, doors: opened } = await doors({ limits });
  const [leaked, speaking] = [await call("\0"), await call("WEIR")];
  const waiting = await call("WAIT");
  for (let second = 0; second < 90; second++) {
    if (second % 30 === 0) speaking.connection?.send(bytes("."));
    await turns();
    if (second === 79) expect(leaked.closed).toBe(false);
    clock.advance(1000);
  }
  await turns();
  expect([leaked.closed, speaking.closed, waiting.closed]).toEqual([true, false, false]);
  expect(logged).toEqual(["connections-idle 1 80000"]);
  expect(opened.connectionCount).toBe(2);
});

test("idle connections are left alone where no limit is set", async () => {
  const { call, clock } = await doors({ limits: { ...defaultDoorsLimits, maxIdleMs: -1 } });
  const leaked = await call("WEIR");
  clock.advance(1e9);
  await turns();
  expect(leaked.closed).toBe(false);
});

test("requests that aren't whole have a bound, and who holds most of them goes", async () => {
  const limits = { ...defaultDoorsLimits, maxUnfinishedBytes: 3000 };
  const { call, logged, doors: opened } = await doors({ limits });
  const claim = (sizeBytes: number) => `FRAM${String.fromCharCode(0, 0, sizeBytes >> 8, 0)}`;
  const many = await call(claim(0x4000), "x".repeat(1000), "x".repeat(500));
  const few = await call(claim(0x0400), "x".repeat(1000));
  expect(logged).toEqual([]);
  const other = await call(claim(0x4000), "x".repeat(400), "x".repeat(200));
  expect([many.closed, few.closed, other.closed]).toEqual([true, false, false]);
  expect(logged).toEqual([expect.stringMatching(/^request-unfinished memory:\d+ 1500 3000$/)]);
  few.connection?.send(bytes("x".repeat(24)));
  await turns();
  expect(few.heard).toBe("1024");

  other.connection?.end(); // what it held counts no more
  await turns();
  const next = await call(claim(0x4000), "x".repeat(2999));
  expect(next.closed).toBe(false);
  next.connection?.send(bytes("xx"));
  await turns();
  expect(next.closed).toBe(true);
  expect(opened.connectionCount).toBe(1);
});

test("a door that throws loses its connection only, and the log says where", async () => {
  const { call, logged, doors: opened } = await doors();
  const failing = await call("WEIR", " throw");
  const other = await call("WEIR");
  expect(failing.closed).toBe(true);
  expect(other.closed).toBe(false);
  expect(opened.connectionCount).toBe(1);
  expect(logged).toHaveLength(1);
  expect(logged[0]).toMatch(/^connection-failed memory:\d+ Error: a bug\n.*at .*doors\.test\.ts/s);
});

test("who does not say what it speaks is closed after a while", async () => {
  const limits = { ...defaultDoorsLimits, maxIdleMs: -1 };
  const { call, clock, logged, doors: opened } = await doors({ limits });
  const first = await call();
  const speaking = await call("WEIR");
  clock.advance(20_000);
  const second = await call("WEI");
  clock.advance(15_000);
  await turns();
  expect([first.closed, second.closed, speaking.closed]).toEqual([true, false, false]);
  clock.advance(25_000);
  await turns();
  expect([second.closed, speaking.closed]).toEqual([true, false]);
  expect(logged).toEqual(["connections-silent 1 30000", "connections-silent 1 30000"]);
  expect(opened.connectionCount).toBe(1);
  expect(clock.pendingTimers).toBe(0);
});

test("there is a bound on connections, and the log says when it was met", async () => {
  const {
    call,
    clock,
    logged,
    doors: opened,
  } = await doors({
    limits: { ...defaultDoorsLimits, maxConnections: 2 },
  });
  const first = await call("WEIR");
  await call("WEIR");
  const refused = [await call("WEIR"), await call("\0\0\0\x05", "hello"), await call("WELL")];
  expect(refused.map(({ closed }) => closed)).toEqual([true, true, true]);
  const why = "as many connections are open as max.connections allows: 2";
  const heard = [`WEIR: ${why}`, `\0\0\0\x05hello: ${why}`, ""];
  expect(refused.map((client) => client.heard)).toEqual(heard);
  expect(opened.connectionCount).toBe(2);
  clock.advance(5000);
  expect(logged).toEqual(["connections-refused 3 2"]);
  first.connection?.end();
  await turns();
  expect((await call("WEIR")).heard).toBe("n:WEIR");
});

test("who is turned away is told so within bounds", async () => {
  const { call, clock } = await doors({ limits: { ...defaultDoorsLimits, maxConnections: 1 } });
  await call("WEIR");
  const silent = await call("WE");
  const undecided = await call("WAIT", " and see what comes");
  expect([silent.closed, undecided.closed]).toEqual([false, true]);
  clock.advance(2000);
  await turns();
  expect(silent).toMatchObject({ closed: true, heard: "" });
  for (let each = 0; each < 100; each++) await call();
  expect(await call("WEIR")).toMatchObject({ closed: true, heard: "" });
  clock.advance(2000);
  await turns();
  expect((await call("WEIR")).heard).toStartWith("WEIR: as many connections");
});

test("closing the doors ends every connection, and nothing keeps the process alive", async () => {
  const { call, clock, doors: opened } = await doors();
  const client = await call("WEIR");
  opened.close();
  await turns();
  expect(clock.pendingTimers).toBe(0);
  expect(client).toMatchObject({ heard: "n:WEIR", closed: true });
  await expect(call("WEIR")).rejects.toMatchObject({ code: "refused" });
});
