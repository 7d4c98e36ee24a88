import { afterAll, expect, test } from "bun:test";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { openBroker } from "../broker/open-broker.ts";
import { openDoors } from "../doors/open-doors.ts";
import { bunPlatform } from "../platform/bun/platform.ts";
import { connect } from "./client.ts";

const folder = mkdtempSync(path.join(tmpdir(), "weir-client-"));
const platform = bunPlatform();
const log = { info() {}, warn() {}, error() {} };

afterAll(() => rmSync(folder, { recursive: true }));

test("a real broker, on a real disk, over a real network", async () => {
  const broker = await openBroker(platform, {
    dataDirectory: path.join(folder, "data"),
    version: "0.1.0",
    advertised: { host: "127.0.0.1", port: 1 },
    config: new Map(),
    log,
  });
  const doors = openDoors(broker, platform, log);
  const address = await doors.listen({ host: "127.0.0.1", port: 0 });
  const client = await connect(platform, address, { timeoutMs: 10_000, clientName: "test" });
  await client.createTopic({
    name: "orders",
    partitionCount: 3,
    replicationFactor: null,
    config: new Map(),
  });
  const producer = await client.openProducer("orders", { batchBytes: 50_000, compression: "lz4" });
  for (let count = 0; count < 20_000; count++) {
    const key = new TextEncoder().encode(`key ${count % 100}`);
    const waiting = producer.send({ key, value: new TextEncoder().encode(`${count}`) });
    if (waiting !== undefined) await waiting;
  }
  await producer.close();
  const partitions = [0, 1, 2].map((partition) => {
    return {
      topic: "orders",
      partition,
      start: { kind: "earliest" },
      end: { kind: "latest" },
    } as const;
  });
  const reader = await client.openReader({ partitions, windowBytes: 20_000 });
  const lastOfKey = new Map<string, number>();
  let read = 0;
  for await (const event of reader) {
    if (event.kind === "partition-failed") throw event.error;
    if (event.kind !== "records") continue;
    for (const { key, value } of event.records) {
      const [name, count] = [key, value].map((bytes) =>
        new TextDecoder().decode(bytes ?? undefined),
      );
      expect(Number(count)).toBeGreaterThan(lastOfKey.get(name ?? "") ?? -1);
      lastOfKey.set(name ?? "", Number(count));
      read++;
    }
  }
  expect(read).toBe(20_000);
  expect((await client.status()).recordsIn).toBe(20_000);
  expect(doors.connectionCount).toBe(1);
  await client.close();
  doors.close();
  await broker.close();
});
