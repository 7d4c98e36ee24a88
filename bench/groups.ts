/**
 * What many groups cost the compiled broker: memory, and the time of heartbeats alone.
 *
 *   npm run bench:groups -- [--groups N] [--members N] [--seconds N]
 */
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { parseArgs } from "node:util";
import { decodeResponse } from "../internal/doors/kafka/protocol/frames.ts";
import type { Api } from "../internal/doors/kafka/protocol/message.ts";
import { findCoordinator } from "../internal/doors/kafka/protocol/messages/10-find-coordinator.ts";
import { joinGroup } from "../internal/doors/kafka/protocol/messages/11-join-group.ts";
import { heartbeat } from "../internal/doors/kafka/protocol/messages/12-heartbeat.ts";
import { syncGroup } from "../internal/doors/kafka/protocol/messages/14-sync-group.ts";
import type { Decoded, Encodable, Fields } from "../internal/doors/kafka/protocol/table.ts";
import { kafkaRequest, type RawClient, rawClient } from "../interop/raw-client.ts";
import { startWeir } from "../interop/weir.ts";

/** How often a client says that it is alive, unless it is told otherwise. */
const HEARTBEAT_MS = 3000;
const METADATA = Uint8Array.of(0, 1, 0, 0, 0, 1, 0, 6, ...Buffer.from("orders"), 0, 0, 0, 0);
const ASSIGNMENT = new Uint8Array(40);
const TICKS_PER_SECOND = 100;

const { values: flags } = parseArgs({
  options: {
    groups: { type: "string", default: "1000" },
    members: { type: "string", default: "10" },
    seconds: { type: "string", default: "15" },
  },
});
const [groupCount, memberCount, seconds] = [flags.groups, flags.members, flags.seconds].map(
  Number,
) as [number, number, number];

const home = mkdtempSync(path.join(os.tmpdir(), "weir-groups-"));
const settings = { "group.initial.rebalance.delay.ms": "20" };
const broker = await startWeir({ data: path.join(home, "data"), settings });
/** A group's members, each with a connection of its own. */
interface Group {
  readonly clients: readonly RawClient[];
  readonly memberIds: readonly string[];
}

async function call<K extends number, Q extends Fields, R extends Fields>(
  client: RawClient,
  api: Api<K, Q, R>,
  version: number,
  body: Encodable<Q>,
): Promise<Decoded<R>> {
  client.send(kafkaRequest(api, version, body));
  const frame = await client.answer();
  if (frame === null) throw new Error(`${api.name} was answered by hanging up`);
  return decodeResponse(api, version, frame, 0, frame.length).body;
}

/** Bytes in memory, and seconds of the processor's time since the start. */
function usage(): { readonly rssBytes: number; readonly cpuSeconds: number } {
  const status = readFileSync(`/proc/${broker.pid}/status`, "utf8");
  const fields = readFileSync(`/proc/${broker.pid}/stat`, "utf8").split(") ")[1]?.split(" ") ?? [];
  return {
    rssBytes: Number(/VmRSS:\s+(\d+)/.exec(status)?.[1]) * 1024,
    cpuSeconds: (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND,
  };
}

/** Brings a group to work. */
async function gather(groupId: string): Promise<Group> {
  const clients = await Promise.all(
    Array.from({ length: memberCount }, () => rawClient(broker.address)),
  );
  const joins = await Promise.all(
    clients.map((client) =>
      call(client, joinGroup, 3, {
        groupId,
        sessionTimeoutMs: 1_800_000,
        rebalanceTimeoutMs: 1_800_000,
        memberId: "",
        protocolType: "consumer",
        protocols: [{ name: "range", metadata: METADATA }],
      }),
    ),
  );
  const memberIds = joins.map(({ memberId }) => memberId);
  const assignments = memberIds.map((memberId) => ({ memberId, assignment: ASSIGNMENT }));
  await Promise.all(
    clients.map((client, i) => {
      const { generationId = 0, memberId = "" } = joins[i] ?? {};
      return call(client, syncGroup, 3, { groupId, generationId, memberId, assignments });
    }),
  );
  return { clients, memberIds };
}

const megabytes = (bytes: number) => `${(bytes / 1e6).toFixed(1)} MB`;
const tell = (text: string): void => void process.stdout.write(`${text}\n`);

const first = await rawClient(broker.address);
await call(first, findCoordinator, 3, { key: "g", keyType: 0, coordinatorKeys: [] });
first[Symbol.dispose]();
const idle = usage();
const beganMs = performance.now();
const groups: Group[] = [];
for (let i = 0; i < groupCount; i++) groups.push(await gather(`group-${i}`));
const gathered = usage();
tell(
  `${groupCount} groups of ${memberCount} members: ${megabytes(idle.rssBytes)} before, ` +
    `${megabytes(gathered.rssBytes)} after, ${(performance.now() - beganMs).toFixed(0)} ms`,
);

/** All heartbeats of all members at their pace, spread evenly. */
let sent = 0;
const due = (groupCount * memberCount * 1000) / HEARTBEAT_MS;
const startMs = performance.now();
while (performance.now() - startMs < seconds * 1000) {
  const wanted = Math.floor(((performance.now() - startMs) / 1000) * due);
  for (; sent < wanted; sent++) {
    const i = sent % memberCount;
    const g = Math.floor(sent / memberCount) % groupCount;
    const memberId = groups[g]?.memberIds[i] ?? "";
    const request = { groupId: `group-${g}`, generationId: 1, memberId };
    groups[g]?.clients[i]?.send(kafkaRequest(heartbeat, 3, request));
  }
  await Bun.sleep(5);
}
for (let i = 0; i < sent; i++) {
  const g = Math.floor(i / memberCount) % groupCount;
  await groups[g]?.clients[i % memberCount]?.answer();
}
const beaten = usage();
const cpuShare = ((beaten.cpuSeconds - gathered.cpuSeconds) / seconds) * 100;
tell(
  `${(sent / seconds).toFixed(0)} heartbeats a second: ${cpuShare.toFixed(1)} % of a core, ` +
    `${megabytes(beaten.rssBytes)}`,
);
for (const client of groups.flatMap(({ clients }) => clients)) client[Symbol.dispose]();
await broker.end("SIGTERM");
rmSync(home, { recursive: true });
