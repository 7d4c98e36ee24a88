import { afterEach, describe, expect, test } from "bun:test";
import { type Connection, NetworkError, type Receiver } from "../network.ts";
import { bunClock } from "./clock.ts";
import { loadLibc } from "./libc.ts";
import { bytes, closeListeners, FrameReceiver, listen, Probe, pair } from "./network.testing.ts";
import { bunNetwork } from "./network.ts";

const clock = bunClock();
const libc = loadLibc();

afterEach(closeListeners);

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
    expect(server.endings[0]?.code).toBe("receiver-failed");
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
    const accept = (): Receiver => new Probe();
    const { address } = await listen(network, accept);
    const fail = (call: Promise<unknown>): Promise<unknown> =>
      call.then(
        () => "no error",
        (error) => (error instanceof NetworkError ? error.code : error),
      );
    expect(await fail(network.listen(address, accept))).toBe("in-use");
    expect(await fail(network.listen({ host: "no.such.host.invalid", port: 0 }, accept))).toBe(
      "failed",
    );
    const unused = await listen(network, accept);
    unused.close();
    expect(await fail(network.connect(unused.address, 5000, accept))).toBe("refused");
    const nowhere = { host: "no.such.host.invalid", port: 1 };
    expect(await fail(network.connect(nowhere, 5000, accept))).toBe("unreachable");
  });

  test("a listener that closes leaves its connections open", async () => {
    const server = new Probe();
    const { connected, listener } = await pair(network, server, new Probe());
    listener.close();
    connected.send(bytes("still here"));
    await server.until(() => server.text() === "still here");
  });
});
