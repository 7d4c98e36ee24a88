import { expect, test } from "bun:test";
import { fakeBroker } from "../../doors/fake-broker.testing.ts";
import { standsInForReaders } from "./stand-in.ts";

test.each([
  ["master", false, null, false],
  ["member", false, 60_000, false],
  ["slave", true, 60_000, false],
  ["slave", false, 4999, false],
  ["slave", false, 5000, true],
  ["slave", false, null, true],
] as const)(
  "a %s that hears its master: %p, not for %p ms",
  (role, connected, silentMs, serves) => {
    const { replication } = fakeBroker({});
    const status = () => ({ ...replication.status(), connected, leaderSilentMs: silentMs });
    expect(standsInForReaders({ replication: { ...replication, role, status } })).toBe(serves);
  },
);
