import { afterEach, expect, test } from "bun:test";
import type { Clock, Timer } from "../clock.ts";
import { type Connection, NetworkError } from "../network.ts";
import { bunClock } from "./clock.ts";
import { type Libc, loadLibc } from "./libc.ts";
import { bytes, closeListeners, FrameReceiver, listen, Probe, pair } from "./network.testing.ts";
import { bunNetwork } from "./network.ts";

const clock = bunClock();
const libc = loadLibc();
const network = bunNetwork(clock, libc);

afterEach(closeListeners);

test("a connection that takes too long is given up, also when it comes about later", async () => {
  const impatient = { ...clock, after: fireAtOnce };
  const accepted = new Probe();
  const listener = await listen(network, () => accepted);
  const late = bunNetwork(impatient, libc).connect(listener.address, 7, () => new Probe());
  await expect(late).rejects.toMatchObject({ code: "timed-out" });
  await accepted.until(() => accepted.endings.length === 1);
});

test("a client that resets its connection before it is accepted does no harm", async () => {
  const remotes: string[] = [];
  const server = new Probe();
  const listener = await listen(network, (connection) => {
    remotes.push(connection.remote);
    return server;
  });
  // The loop stands still until all of them have come and gone.
  const script = `
    for (let i = 0; i < 5; i++) {
      const socket = { open: (socket) => socket.terminate(), data() {} };
      await Bun.connect({ hostname: "127.0.0.1", port: Number(process.argv[1]), socket });
    }
  `;
  const port = String(listener.address.port);
  expect(Bun.spawnSync([process.execPath, "-e", script, port]).success).toBe(true);
  await server.until(() => server.endings.length === 5);
  expect(remotes).toEqual(Array.from({ length: 5 }, () => "unknown"));
  const { connected } = await pair(network, server, new Probe());
  connected.send(bytes("well"));
  await server.until(() => server.text() === "well");
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
  const listener = await listen(bunNetwork(manual, libc), (connection) => {
    opened.resolve(connection);
    return server;
  });
  const connected = await network.connect(listener.address, 5000, () => client);
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
    readCached: () => -1,
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
