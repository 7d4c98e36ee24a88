import { expect, test } from "bun:test";
import { javaProgram } from "./clients.ts";
import { output } from "./command.ts";
import { startFixture } from "./fixture.ts";

/** What each step of the walk comes to. */
const WALK = {
  "codec none": "100 true",
  "codec gzip": "100 true",
  "codec snappy": "100 true",
  "codec lz4": "100 true",
  "codec zstd": "100 true",
  beginningOffsets: "0",
  endOffsets: "100",
  offsetsForTimes: "42 1042",
  "offsetsForTimes after all": "null",
  seek: "v7",
  "seek beyond the end": "v0",
  seekToEnd: "100",
  pause: "0",
  resume: "v0",
  committed: "42 a note",
  currentLag: "true",
  RangeAssignor: "true 2 2 4",
  "RangeAssignor after one left": "4 400",
  CooperativeStickyAssignor: "true 2 2 4",
  "CooperativeStickyAssignor after one left": "4 400",
  "static member": "true",
};

const program = javaProgram("ClientWalk");
test.skipIf(!program.isInstalled)(
  "Kafka's producer and consumer: codecs, times, seeking, classic groups, static members",
  async () => {
    const settings = { "group.initial.rebalance.delay.ms": "300" };
    await using fixture = await startFixture({ settings });
    const text = await output([...program.command, fixture.broker.address], { timeoutMs: 110_000 });
    const lines = text.trimEnd().split("\n");
    const told = Object.fromEntries(lines.map((line) => line.split(/: (.*)/s).slice(0, 2)));
    expect(told).toMatchObject(WALK);
    // By whichever the one that was put out learns of it first: its commit or its heartbeat.
    expect(told["static member's twin"]).toMatch(/FencedInstanceId|CommitFailed/);
  },
);
