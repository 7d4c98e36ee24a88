import type { Client } from "../../internal/client/api.ts";
import { pause } from "../reading.ts";

const TOPIC = "orders";
const ITEMS = ["apples", "pears", "plums", "figs", "limes", "melons"];
const CUSTOMERS = 40;
/** How often records come, and how many there are then: 200 a second, more or less. */
const TICK_MS = 100;
const RECORDS_A_TICK = 20;
/** What the group that lags behind takes of them. */
const SLOW_SHARE = 0.6;

/**
 * Makes some life: orders come in, `shipping` reads them at once, `billing` falls behind. Goes on
 * until `stop`, or until the connection ends.
 */
export async function runDemo(client: Client, stop: AbortSignal): Promise<void> {
  const readers = [read(client, "shipping", 0, stop), read(client, "billing", SLOW_SHARE, stop)];
  await Promise.all([produce(client, stop), ...readers]);
}

async function produce(client: Client, stop: AbortSignal): Promise<void> {
  const producer = await client.openProducer(TOPIC);
  const encoder = new TextEncoder();
  for (let number = 0; !stop.aborted; ) {
    // Waves of ten seconds: what is even all the time shows nothing.
    const wave = 1 + Math.sin((Date.now() / 10_000) * 2 * Math.PI) / 2;
    for (let each = 0; each < RECORDS_A_TICK * wave; each++, number++) {
      const customer = `customer-${(number * 7) % CUSTOMERS}`;
      const order = { order: number, customer, item: ITEMS[number % ITEMS.length], count: 1 };
      await producer.send({
        key: encoder.encode(customer),
        value: encoder.encode(JSON.stringify(order)),
      });
    }
    await pause(TICK_MS, stop);
  }
}

/** Reads as a member of a group; with a share, so much slower than records come. */
async function read(client: Client, groupId: string, share: number, stop: AbortSignal) {
  const reader = client.openGroupReader({
    ...{ groupId, topics: [TOPIC], clientId: `demo-${groupId}` },
    ...{ start: "earliest", follow: true },
  });
  stop.addEventListener("abort", () => reader.stop(), { once: true });
  for await (const event of reader) {
    if (event.kind !== "records") continue;
    const last = event.records.at(-1);
    if (!last) continue;
    if (share > 0) {
      const perSecond = (RECORDS_A_TICK * 1000) / TICK_MS;
      await pause((event.records.length * 1000) / (perSecond * share), stop);
    }
    const { topic, partition } = event;
    await reader.commit([{ topic, partition, offset: last.offset + 1 }]).catch(() => {});
  }
}
