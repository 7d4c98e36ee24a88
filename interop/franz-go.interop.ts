import { expect, test } from "bun:test";
import { goProgram } from "./clients.ts";
import { output } from "./command.ts";
import { startFixture } from "./fixture.ts";

/** What each step of the walk comes to. */
const WALK = {
  "codec none": "100 100",
  "codec gzip": "100 100",
  "codec snappy": "100 100",
  "codec lz4": "100 100",
  "codec zstd": "100 100",
  created: "2",
  partitions: "3",
  "retention.ms": "1000",
  end: "100",
  start: "40",
  deleted: "true",
  "classic read": "100",
  "classic members of KIP-848": "0",
  "classic committed": "100 of 0,1,2,3",
  "classic deleted": "true",
  "consumer read": "100",
  "consumer members of KIP-848": "2",
  "consumer committed": "100 of 0,1,2,3",
  "consumer deleted": "true",
};

const program = goProgram();
test.skipIf(!program.isInstalled)(
  "franz-go: idempotent records in all codecs, administration, groups of both protocols",
  async () => {
    const settings = { "group.initial.rebalance.delay.ms": "300" };
    await using fixture = await startFixture({ settings });
    const text = await output([...program.command, fixture.broker.address], { timeoutMs: 110_000 });
    const lines = text.trimEnd().split("\n");
    const told = Object.fromEntries(lines.map((line) => line.split(/: (.*)/s).slice(0, 2)));
    expect(told).toMatchObject(WALK);
  },
);
