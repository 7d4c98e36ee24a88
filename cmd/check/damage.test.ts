import { expect, test } from "bun:test";
import { pairWithTopic, settled } from "../../internal/client/pair.testing.ts";
import { checkDamage } from "./checks.ts";

test("damage is critical, or as the thresholds say", async () => {
  const { pair, client } = await pairWithTopic("orders");
  const options = { broker: { host: "one", port: 9092 } };
  const status = await settled(pair, client.status(), "a status");
  if (status instanceof Error) throw status;
  const of = async (damagedRanges: number, thresholds = {}) => {
    const damaged = { ...client, status: async () => ({ ...status, damagedRanges }) };
    const peers = { ...damaged, brokers: async () => [damaged] };
    const { standing, message } = await checkDamage(peers, { ...options, ...thresholds });
    return `${standing}: ${message}`;
  };
  expect(await of(0)).toBe("ok: no damage is known");
  expect(await of(1)).toBe("critical: 1 damaged range on broker 1: weir events names them");
  expect(await of(2)).toBe("critical: 2 damaged ranges on broker 1: weir events names them");
  const warn = { unit: "count", value: 1 };
  expect(await of(2, { warn })).toStartWith("warning: ");
  expect(await of(2, { warn, crit: { unit: "count", value: 2 } })).toStartWith("critical: ");
  await pair.close();
});
