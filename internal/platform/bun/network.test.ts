import { afterEach, describe, expect, test } from "bun:test";
import type { Clock, Timer } from "../clock.ts";
import { FrameAssembler } from "../frames.ts";
import { type Connection, type Listener, NetworkError, type Receiver } from "../network.ts";
import { bunClock } from "./clock.ts";
import { type Libc, loadLibc } from "./libc.ts";
import { bunNetwork } from "./network.ts";

const clock = bunClock();
const libc = loadLibc();
const loopback = { host: "127.0.0.1", port: 0 };

/** A receiver that notes what it's told, and lets a test wait until something holds of it. */
class Probe implements Receiver {
  readonly partial = null;
  chunks: Uint8Array[] = [];
  receivedBytes = 0;
  drains = 0;
  endings: (NetworkError | null)[] = [];
  private waiting: { holds: () => boolean; resolve: () => void }[] = [];

  receive(chunk: Uint8Array, from: number, to: number): void {
    this.chunks.push(chunk.slice(from, to));
    this.receivedBytes += to - from;
    this.changed();
  }

  filled(): void {
    throw new Error("nothing is partial");
  }

  drained(): void {
    this.drains++;
    this.changed();
  }

  closed(error: NetworkError | null): void {
    this.endings.push(error);
    this.changed();
  }

  text(): string {
    return Buffer.concat(this.chunks).toString();
  }

  until(holds: () => boolean): Promise<void> {
    return new Promise((resolve) => {
      this.waiting.push({ holds, resolve });
      this.changed();
    });
  }

  changed(): void {
    const waiting = this.waiting;
    this.waiting = [];
    for (const one of waiting) {
      if (one.holds()) one.resolve();
      else this.waiting.push(one);
    }
  }
}

const listeners: Listener[] = [];

afterEach(() => {
  for (const listener of listeners.splice(0)) listener.close();
});

/** Both ends of a connection over loopback. */
async function pair<S extends Receiver, C extends Receiver>(
  network: ReturnType<typeof bunNetwork>,
  server: S,
  client: C,
  host = "127.0.0.1",
): Promise<{ accepted: Connection; connected: Connection }> {
  const accepted = Promise.withResolvers<Connection>();
  const listener = await network.listen({ host, port: 0 }, (connection) => {
    accepted.resolve(connection);
    return server;
  });
  listeners.push(listener);
  const connected = await network.connect(listener.address, 5000, () => client);
  return { accepted: await accepted.promise, connected };
}

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

/** `count` bytes that tell where they are. */
function pattern(count: number, seed: number): Uint8Array {
  const result = new Uint8Array(count);
  for (let i = 0; i < count; i++) result[i] = (i * 31 + (i >>> 8) + seed) & 0xff;
  return result;
}

describe.each([
  ["with libc", libc],
  ["without libc", null],
])("network %s", (_name, systemCalls) => {
  const network = bunNetwork(clock, systemCalls);

  test("carries bytes both ways, in order, and says who is there", async () => {
    const server = new Probe();
    const client = new Probe();
    const { accepted, connected } = await pair(network, server, client);
    for (const word of ["one ", "two ", "three"]) connected.send(bytes(word));
    expect(connected.queuedBytes).toBe(13);
    await server.until(() => server.receivedBytes === 13);
    expect(server.text()).toBe("one two three");
    expect(connected.queuedBytes).toBe(0);
    accepted.send(bytes("four"));
    await client.until(() => client.receivedBytes === 4);
    expect(accepted.remote).toMatch(/^127\.0\.0\.1:\d+$/);
  });

  test("speaks IPv6", async () => {
    const server = new Probe();
    const { accepted, connected } = await pair(network, server, new Probe(), "::1");
    connected.send(bytes("six"));
    await server.until(() => server.text() === "six");
    expect(accepted.remote).toMatch(/^\[::1\]:\d+$/);
  });

  test("sends small and large pieces whole, in order, beyond what the socket takes", async () => {
    const server = new Probe();
    const { accepted, connected } = await pair(network, server, new Probe());
    accepted.pause();
    const sizes = [1, 20_000, 3, 100, 16_383, 16_384, 6_000_000, 5, 12_000_000, 70_000, 9, 9];
    const pieces = sizes.map((size, i) => pattern(size, i));
    for (const piece of pieces) connected.send(piece);
    const total = sizes.reduce((sum, size) => sum + size, 0);
    expect(connected.queuedBytes).toBe(total);
    accepted.resume();
    await server.until(() => server.receivedBytes === total);
    expect(Buffer.compare(Buffer.concat(server.chunks), Buffer.concat(pieces))).toBe(0);
    expect(connected.queuedBytes).toBe(0);
  });

  test("tells when a queue that was held up has left", async () => {
    const server = new Probe();
    const client = new Probe();
    const { accepted, connected } = await pair(network, server, client);
    accepted.pause();
    connected.send(new Uint8Array(30_000_000));
    const held = Promise.withResolvers<void>();
    clock.atEndOfTurn(() => held.resolve());
    await held.promise;
    expect(connected.queuedBytes).toBeGreaterThan(0);
    expect(client.drains).toBe(0);
    accepted.resume();
    await client.until(() => client.drains === 1);
    expect(connected.queuedBytes).toBe(0);
  });

  test("slows the sender of a paused connection", async () => {
    const server = new Probe();
    const client = new Probe();
    const { accepted, connected } = await pair(network, server, client);
    connected.send(new Uint8Array(200_000));
    await server.until(() => server.receivedBytes > 0);
    accepted.pause();
    for (let i = 0; i < 40; i++) connected.send(new Uint8Array(1_000_000));
    // A second connection's round trips show that the loop has turned many times meanwhile.
    const other = new Probe();
    const second = await pair(network, other, new Probe());
    for (let i = 1; i <= 50; i++) {
      second.connected.send(bytes("x"));
      await other.until(() => other.receivedBytes === i);
    }
    expect(connected.queuedBytes).toBeGreaterThan(20_000_000);
    expect(server.receivedBytes).toBeLessThan(1_000_000);
    accepted.resume();
    await server.until(() => server.receivedBytes === 40_200_000);
  });

  test("end lets what is queued leave first, and both sides hear of an orderly close", async () => {
    const server = new Probe();
    const client = new Probe();
    const { accepted, connected } = await pair(network, server, client);
    accepted.send(new Uint8Array(5_000_000));
    accepted.end();
    accepted.send(bytes("too late"));
    await client.until(() => client.endings.length === 1);
    await server.until(() => server.endings.length === 1);
    expect(client.receivedBytes).toBe(5_000_000);
    expect([client.endings, server.endings]).toEqual([[null], [null]]);
    connected.send(bytes("nobody"));
    expect(connected.queuedBytes).toBe(0);
  });

  test("end delivers an answer over bytes that nobody has read", async () => {
    const client = new Probe();
    const refuse: Receiver & { connection?: Connection } = {
      partial: null,
      receive() {
        this.connection?.send(bytes("no"));
        this.connection?.end();
      },
      filled() {},
      drained() {},
      closed() {},
    };
    const { accepted, connected } = await pair(network, refuse, client);
    refuse.connection = accepted;
    connected.send(new Uint8Array(3_000_000));
    await client.until(() => client.text() === "no");
    connected.end();
    await client.until(() => client.endings.length === 1);
    expect(client.endings).toEqual([null]);
  });

  test("destroy drops the queue; the other side is told of the loss", async () => {
    const server = new Probe();
    const client = new Probe();
    const { accepted, connected } = await pair(network, server, client);
    connected.pause();
    accepted.send(new Uint8Array(30_000_000));
    accepted.destroy();
    accepted.destroy();
    expect(accepted.queuedBytes).toBe(0);
    expect(server.endings).toEqual([]);
    await server.until(() => server.endings.length === 1);
    connected.resume();
    await client.until(() => client.endings.length === 1);
    expect(server.endings).toEqual([null]);
    expect(client.endings[0]?.code).toBe("reset");
  });

  test("a receiver that throws loses its connection, and is told why, once", async () => {
    const cause = new Error("broken");
    const server = new Probe();
    server.receive = () => {
      throw cause;
    };
    const client = new Probe();
    const { connected } = await pair(network, server, client);
    connected.send(bytes("x"));
    await server.until(() => server.endings.length === 1);
    await client.until(() => client.endings.length === 1);
    expect(server.endings).toHaveLength(1);
    expect(server.endings[0]?.code).toBe("failed");
    expect(server.endings[0]?.cause).toBe(cause);
  });

  test("gathers large frames wherever the stream is cut, small ones between them", async () => {
    const sizes = [3, 2_000_000, 1, 700_000, 600_000, 50, 9_000_000, 20_000, 4];
    const frames = sizes.map((size, i) => pattern(size, i));
    const got: Uint8Array[] = [];
    const server = new FrameReceiver((frame) => got.push(frame));
    const { connected } = await pair(network, server, new Probe());
    for (const frame of frames) {
      const size = new Uint8Array(4);
      new DataView(size.buffer).setUint32(0, frame.length);
      connected.send(size);
      connected.send(frame);
    }
    await server.until(() => got.length === frames.length);
    for (const [i, frame] of frames.entries()) {
      expect(Buffer.compare(got[i] ?? new Uint8Array(), frame)).toBe(0);
    }
    if (systemCalls !== null) expect(server.filledBytes).toBeGreaterThan(9_000_000);
    else expect(server.filledBytes).toBe(0);
  });

  test("a connection closed while a frame is partial is read no more", async () => {
    const server = new FrameReceiver(() => {});
    const { accepted, connected } = await pair(network, server, new Probe());
    server.onFilled = () => accepted.destroy();
    const size = new Uint8Array([0, 0x40, 0, 0]);
    connected.send(size);
    connected.send(new Uint8Array(0x400000));
    server.onReceived = () => {
      if (systemCalls === null) accepted.destroy();
    };
    await server.until(() => server.endings.length === 1);
    expect(server.endings).toEqual([null]);
  });

  test("work at the end of a turn runs behind all that the turn's sockets held", async () => {
    const order: string[] = [];
    const clients: Connection[] = [];
    const servers: Probe[] = [];
    for (let i = 0; i < 3; i++) {
      const server = new Probe();
      const { connected } = await pair(network, server, new Probe());
      servers.push(server);
      clients.push(connected);
      const { receive } = server;
      server.receive = (chunk, from, to) => {
        order.push("received");
        clock.atEndOfTurn(() => order.push("end of turn"));
        receive.call(server, chunk, from, to);
      };
    }
    for (const client of clients) client.send(bytes("x"));
    for (const server of servers) await server.until(() => server.receivedBytes === 1);
    expect(order.slice(0, 3)).toEqual(["received", "received", "received"]);
  });

  test("says why a listener or a connection can't be had", async () => {
    const { address } = await listenAnywhere(network);
    const fail = (call: Promise<unknown>): Promise<unknown> =>
      call.then(
        () => "no error",
        (error) => (error instanceof NetworkError ? error.code : error),
      );
    const accept = (): Receiver => new Probe();
    expect(await fail(network.listen(address, accept))).toBe("in-use");
    expect(await fail(network.listen({ host: "no.such.host.invalid", port: 0 }, accept))).toBe(
      "failed",
    );
    const unused = await listenAnywhere(network);
    unused.close();
    expect(await fail(network.connect(unused.address, 5000, accept))).toBe("refused");
    const nowhere = { host: "no.such.host.invalid", port: 1 };
    expect(await fail(network.connect(nowhere, 5000, accept))).toBe("unreachable");
  });

  test("a listener that closes leaves its connections open", async () => {
    const server = new Probe();
    const { connected } = await pair(network, server, new Probe());
    listeners.pop()?.close();
    connected.send(bytes("still here"));
    await server.until(() => server.text() === "still here");
  });
});

test("a connection that takes too long is given up, also when it comes about later", async () => {
  const impatient = { ...clock, after: fireAtOnce };
  const accepted = new Probe();
  const listener = await bunNetwork(clock, libc).listen(loopback, () => accepted);
  listeners.push(listener);
  const late = bunNetwork(impatient, libc).connect(listener.address, 7, () => new Probe());
  await expect(late).rejects.toMatchObject({ code: "timed-out" });
  await accepted.until(() => accepted.endings.length === 1);
});

test("end does not wait for ever on a side that reads nothing", async () => {
  const timers: { delayMs: number; work: () => void }[] = [];
  const manual: Clock = {
    ...clock,
    after(delayMs, work) {
      timers.push({ delayMs, work });
      return { cancel() {} };
    },
  };
  const client = new Probe();
  const server = new Probe();
  const opened = Promise.withResolvers<Connection>();
  const listener = await bunNetwork(manual, libc).listen(loopback, (connection) => {
    opened.resolve(connection);
    return server;
  });
  listeners.push(listener);
  const connected = await bunNetwork(clock, libc).connect(listener.address, 5000, () => client);
  connected.pause();
  const accepted = await opened.promise;
  accepted.send(new Uint8Array(30_000_000));
  accepted.end();
  expect(timers.map((timer) => timer.delayMs)).toEqual([5000]);
  timers[0]?.work();
  await server.until(() => server.endings.length === 1);
  expect(accepted.queuedBytes).toBe(0);
});

test("a failure met while reading in place ends the connection, and is told", async () => {
  const failing: Libc = {
    receive: () => {
      throw new NetworkError("reset", "recv failed");
    },
    listen() {},
    lockFile: () => false,
  };
  const server = new FrameReceiver(() => {});
  const { connected } = await pair(bunNetwork(clock, failing), server, new Probe());
  connected.send(new Uint8Array([0, 0, 1, 0, 9]));
  await server.until(() => server.endings.length === 1);
  expect(server.endings[0]?.code).toBe("reset");
});

test.if(libc !== null)("the C library tells an empty socket from a failed one", () => {
  const target = new Uint8Array(8);
  expect(libc?.receive(-1, target, 0, 8)).toBe(0);
  expect(libc?.receive(1_000_000, target, 3, 3)).toBe(0);
  expect(() => libc?.receive(1_000_000, target, 0, 8)).toThrow("recv failed with errno 9");
});

function fireAtOnce(_delayMs: number, work: () => void): Timer {
  work();
  return { cancel() {} };
}

async function listenAnywhere(network: ReturnType<typeof bunNetwork>): Promise<Listener> {
  const listener = await network.listen(loopback, () => new Probe());
  listeners.push(listener);
  return listener;
}

/** A receiver of frames, which counts what came past `receive`. */
class FrameReceiver extends Probe {
  filledBytes = 0;
  onFilled = (): void => {};
  onReceived = (): void => {};
  private readonly assembler: FrameAssembler;

  constructor(take: (frame: Uint8Array) => void) {
    super();
    this.assembler = new FrameAssembler(16_000_000, (buffer, from, to) =>
      take(buffer.slice(from, to)),
    );
    Object.defineProperty(this, "partial", { get: () => this.assembler.partial });
  }

  override receive(chunk: Uint8Array, from: number, to: number): void {
    expect(this.assembler.receive(chunk, from, to)).toBeNull();
    this.onReceived();
    this.changed();
  }

  override filled(count?: number): void {
    this.filledBytes += count ?? 0;
    this.assembler.filled(count ?? 0);
    this.onFilled();
    this.changed();
  }
}
