/** A coordinator on a disk in memory, for the tests of this folder. */
import type { Random } from "../platform/random.ts";
import { type ManualClock, manualClock } from "../platform/testing/manual-clock.ts";
import { type Crash, memoryDisk } from "../platform/testing/memory-disk.ts";
import { seeded } from "../record/samples.testing.ts";
import type { StorageError } from "../storage/errors.ts";
import type { LogStore } from "../storage/log-store.ts";
import type { PartitionLog } from "../storage/partition-log.ts";
import { openStore } from "../storage/store.testing.ts";
import type {
  CommitRequest,
  GroupCoordinator,
  JoinAnswer,
  JoinRequest,
  MemberClaim,
  SyncAnswer,
} from "./api.ts";
import type { TopicCatalog } from "./consumer/topics.ts";
import { LocalGroupCoordinator } from "./coordinator.ts";
import { copiedGroups } from "./copied-groups.ts";
import { OFFSETS_TOPIC } from "./offsets-topic.ts";
import type { GroupSettings } from "./settings.ts";

/** What the coordinator of a test runs with, unless it says otherwise. */
export const SETTINGS: GroupSettings = {
  minSessionTimeoutMs: 1000,
  maxSessionTimeoutMs: 60_000,
  initialRebalanceDelayMs: 0,
  maxGroupSize: 100,
  maxOffsetMetadataLength: 64,
  offsetsRetentionMs: 1_000_000,
  offsetsRetentionCheckMs: 100_000,
  consumerHeartbeatIntervalMs: 1000,
  consumerSessionTimeoutMs: 10_000,
  maxConsumerGroupSize: 100,
  consumerAssignors: ["uniform", "range"],
  migrationPolicy: "bidirectional",
};

const SHARDS = 2;
const LOG_CONFIG = {
  durability: "fsync",
  segmentBytes: 64 * 1024,
  segmentMs: Number.MAX_SAFE_INTEGER,
} as const;

/** A coordinator, and what it stands on. */
export interface Fixture {
  readonly coordinator: LocalGroupCoordinator;
  readonly clock: ManualClock;
  readonly store: LogStore;
  /** The logs that groups are kept in. */
  readonly logs: readonly PartitionLog[];
  /** What another broker would tell of the groups that has copies of these logs. */
  copies(logs?: () => readonly PartitionLog[] | null): CopiedFixture;
  /** The topics that there are, with their partition counts. */
  readonly topics: Map<string, number>;
  /** Topics have come, gone or grown. */
  topicsChanged(): void;
  /** Ends this coordinator, and begins another with what a crash leaves, and other settings. */
  crash(kind: Crash, changed?: Partial<GroupSettings>): Promise<Fixture>;
}

/** Groups as a copy tells them, and why it could not be read. */
export interface CopiedFixture {
  readonly groups: GroupCoordinator;
  readonly faults: readonly string[];
}

/** Starts a coordinator with two shards and the topics `orders` and `bills` of 8 partitions. */
export async function openFixture(
  settings: Partial<GroupSettings> = {},
  disk = memoryDisk(),
  clock = manualClock(),
): Promise<Fixture> {
  const { store } = await openStore(disk, clock);
  const topics = new Map([
    ["orders", 8],
    ["bills", 8],
  ]);
  const logs = Array.from({ length: SHARDS }, (_, i) =>
    store.openLog(`${OFFSETS_TOPIC}-${i}`, "a", LOG_CONFIG),
  );
  const { catalog, topicsChanged } = catalogOf(topics);
  const common = { store, topics: catalog, settings: { ...SETTINGS, ...settings } };
  const coordinator = await LocalGroupCoordinator.open({
    ...common,
    clock,
    random: randomOf(seeded(store.logs.size + clock.nowMs())),
    offsetsTopic: { logs: () => logs, create: async () => logs },
  });
  return {
    coordinator,
    clock,
    store,
    logs,
    copies(copied = () => logs) {
      const faults: string[] = [];
      const unreadable = ({ message }: StorageError) => faults.push(message);
      const offsetsTopic = { logs: copied, create: async () => null };
      return { groups: copiedGroups({ ...common, offsetsTopic, unreadable }), faults };
    },
    topics,
    topicsChanged,
    async crash(kind, changed = {}) {
      const left = disk.afterCrash(kind);
      coordinator.close();
      return openFixture({ ...settings, ...changed }, left, clock);
    },
  };
}

/** A topic's id, made of its name. */
export function idOf(topic: string): string {
  return Buffer.from(topic.padEnd(16, "_").slice(0, 16)).toString("base64url");
}

/** The topics of a map, as groups see them. */
export function catalogOf(topics: ReadonlyMap<string, number>) {
  let version = 0;
  const topic = (name: string) => {
    const partitionCount = topics.get(name);
    return partitionCount === undefined ? undefined : { name, id: idOf(name), partitionCount };
  };
  const topicById = (id: string) =>
    topic([...topics.keys()].find((name) => idOf(name) === id) ?? "");
  const catalog: TopicCatalog = {
    get version() {
      return version;
    },
    topic,
    topicById,
    names: () => topics.keys(),
  };
  const topicsChanged = (): void => {
    version++;
  };
  return { catalog, topicsChanged };
}

function randomOf(fraction: () => number): Random {
  return {
    below: (bound) => Math.floor(fraction() * bound),
    bytes: (count) => Uint8Array.from({ length: count }, () => Math.floor(fraction() * 256)),
  };
}

/** Lets all that is under way, time apart, come to its end. */
export async function settle(): Promise<void> {
  for (let turn = 0; turn < 12; turn++) await new Promise((resolve) => setImmediate(resolve));
}

/** What a promise has resolved with, once all is settled; "waiting" if it hasn't. */
export async function soon<T>(promise: Promise<T>): Promise<T | "waiting"> {
  let outcome: T | "waiting" = "waiting";
  promise.then((value) => {
    outcome = value;
  });
  await settle();
  return outcome;
}

/** A join of a new member of the group `g`, which knows the assignor "range". */
export function joinOf(fields: Partial<JoinRequest> = {}): JoinRequest {
  return {
    groupId: "g",
    memberId: "",
    groupInstanceId: null,
    clientId: "client",
    clientHost: "/host",
    sessionTimeoutMs: 10_000,
    rebalanceTimeoutMs: 30_000,
    protocolType: "consumer",
    protocols: [{ name: "range", metadata: subscriptionTo("orders") }],
    memberIdRequired: false,
    canSkipAssignment: true,
    ...fields,
  };
}

/** A consumer's metadata: version 0, the topics, no user data. */
export function subscriptionTo(...topics: string[]): Uint8Array {
  const names = topics.flatMap((topic) => [0, topic.length, ...Buffer.from(topic)]);
  return Uint8Array.of(0, 0, 0, 0, 0, topics.length, ...names, 0, 0, 0, 0);
}

/** The answer of a join that has gone well. */
export type Joined = Extract<JoinAnswer, { error: null }>;

/** Takes a join's answer for one that has gone well. */
export function joined(answer: JoinAnswer | "waiting"): Joined {
  if (answer === "waiting" || answer.error !== null) {
    throw new Error(`not joined: ${JSON.stringify(answer)}`);
  }
  return answer;
}

/** Who a member is after its join. */
export function claimOf(member: Joined, groupInstanceId: string | null = null): MemberClaim {
  const { memberId, generation } = member;
  return { groupId: "g", memberId, groupInstanceId, generation };
}

/** Asks for the member's assignment; a leader assigns each member its own id. */
export function sync({ coordinator }: Fixture, member: Joined): Promise<SyncAnswer> {
  const assignments = member.members.map(({ memberId }) => ({
    memberId,
    assignment: new TextEncoder().encode(memberId),
  }));
  const protocol = { protocolType: "consumer", protocolName: member.protocolName };
  return coordinator.syncGroup({ ...claimOf(member), ...protocol, assignments });
}

/** A group `g` at work, with so many members that joined together; its leader is the first. */
export async function stableGroup(fixture: Fixture, size: number): Promise<Joined[]> {
  const joins = Array.from({ length: size }, (_, i) => joinOf({ clientId: `client-${i}` }));
  return stabilize(fixture, joins);
}

/** Brings a group to work with exactly these members; the leader comes first. */
export async function stabilize(
  fixture: Fixture,
  joins: readonly JoinRequest[],
): Promise<Joined[]> {
  const waiting = joins.map((join) => fixture.coordinator.joinGroup(join));
  await settle();
  fixture.clock.advance(5);
  const members = (await Promise.all(waiting)).map(joined);
  members.sort((a, b) => b.members.length - a.members.length);
  await Promise.all(members.map((member) => sync(fixture, member)));
  return members;
}

/** A commit of one offset of `orders-0` from outside of any group. */
export function commitOf(offset: number, fields: Partial<CommitRequest> = {}): CommitRequest {
  return {
    groupId: "g",
    memberId: "",
    groupInstanceId: null,
    generation: -1,
    retentionMs: null,
    topics: [{ topic: "orders", partitions: [offsetOf(0, offset)] }],
    ...fields,
  };
}

/** An offset of a partition, as commits have it. */
export function offsetOf(partition: number, offset: number, metadata = "") {
  return { partition, offset, leaderEpoch: 3, metadata };
}

/** The offset that a group has for a partition; -1 for none. */
export async function committed(
  { coordinator }: Fixture,
  partition = 0,
  { groupId = "g", topic = "orders" } = {},
): Promise<number> {
  const topics = [{ topic, partitions: [partition] }];
  const [found] = await coordinator.fetchOffsets({ groupId, topics });
  return found?.partitions[0]?.offset ?? -1;
}
