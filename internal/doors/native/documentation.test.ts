import { expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import path from "node:path";
import { MAX_TOPICS_OF_GROUP } from "../../broker/observability/group-watcher.ts";
import { MAX_FAULTS_OF_TOPIC, MAX_OUT_OF_VIEW } from "../../broker/observability/watcher.ts";
import { exampleLines } from "./example.testing.ts";
import { handlers } from "./handlers.ts";
import { defaultNativeLimits } from "./limits.ts";
import { MAX_REQUEST_HEAD_BYTES } from "./protocol/frame.ts";
import { messageParts } from "./protocol/messages.testing.ts";
import * as replication from "./protocol/replicate-messages.ts";
import * as streams from "./protocol/stream-messages.ts";
import * as changes from "./protocol/watch-messages.ts";

const page = readFileSync(path.join(import.meta.dir, "../../../docs/native-protocol.md"), "utf8");

test("the example is what a client and a broker really say; `npm run docs` writes it", async () => {
  const shown = /```hex\n(.*?)```/s.exec(page)?.[1] ?? "";
  expect(shown.trimEnd().split("\n")).toEqual(await exampleLines());
});

/** What is described in sections of its own. */
const STREAMS = [streams.fetch.name, changes.watch.name, replication.replicate.name];

test("every operation and every field is described", () => {
  const rowsByName = new Map(
    [...page.matchAll(/^\| `([a-z-]+)` \|.*$/gm)].map((row) => [row[1], row[0]]),
  );
  expect([...handlers.keys()].filter((name) => !rowsByName.has(name))).toEqual([]);
  const missing = messageParts.flatMap(({ name, shape }) => {
    const text = STREAMS.includes(name) ? page : (rowsByName.get(name) ?? "");
    return shape.names
      .filter((field) => !text.includes(`\`${field}\``))
      .map((field) => `${name}: ${field}`);
  });
  expect(missing).toEqual([]);
});

test("the limits are those that hold", () => {
  const { limits, mib } = { limits: defaultNativeLimits, mib: 1024 * 1024 };
  const said = page.replaceAll("\n", " ");
  expect(said).toContain(
    `while ${limits.maxProducesInFlight} \`produce\` or ${limits.maxOthersInFlight} other requests`,
  );
  expect(said).toContain(`or ${limits.maxQueuedBytes / mib} MiB of answers wait`);
  expect(said).toContain(`at most ${limits.maxStreamPollBytes / mib} MiB at a time`);
  expect(said).toContain(`More than ${limits.maxCreditBytes / mib} MiB of credit`);
  expect(said).toContain(`up to ${limits.maxStreams} streams`);
  expect(said).toContain(`head has ${MAX_REQUEST_HEAD_BYTES / mib} MiB at the most`);
  expect(said).toContain(`at least ${limits.minWatchIntervalMs}.`);
  expect(said).toContain(
    `how many updates the broker may send; at most ${limits.maxWatchCredit} are`,
  );
  expect(said).toContain(`at most ${limits.maxWatchRows} rows of each kind`);
  expect(said).toContain(`list of at most ${changes.MAX_WATCHED_GROUPS} ids of groups`);
  expect(said).toContain(`up to ${MAX_TOPICS_OF_GROUP} of \`topic\` and \`lag\``);
  expect(said).toContain(`list of at most ${changes.MAX_WATCHED_TOPICS} names of topics`);
  const [most, beside] = [changes.MAX_PARTITIONS_IN_VIEW, MAX_OUT_OF_VIEW];
  expect(said).toContain(`a list of at most ${most} numbers`);
  expect(said).toContain(`then ${beside} of the others at the most`);
  expect(said).toContain(`not \`ok\`, at most ${MAX_FAULTS_OF_TOPIC} of each topic`);
  expect(streams.MAX_STREAM_PARTITIONS).toBe(10_000);
  expect(said).toContain("list of at most 10 000 of");
});
