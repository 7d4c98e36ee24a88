import type { ClusterImage } from "../../metadata/cluster/cluster-image.ts";
import { copyingValue, DRAINED_VALUE } from "../../metadata/cluster/cluster-keys.ts";
import type { PartitionState, Versioned } from "../../metadata/cluster/cluster-state.ts";
import type { ClusterStore, PartitionChange } from "../../metadata/cluster/cluster-store.ts";
import { calledOff, isReassigning, reassigned } from "../../metadata/cluster/reassign.ts";
import type { NamedPartition, PartitionPlace } from "../../metadata/partition-names.ts";
import { type EtcdChange, MAX_COMMIT_CHANGES } from "../../platform/etcd.ts";
import { BrokerError } from "../errors.ts";
import type {
  ClusterAdmin,
  ElectionKind,
  ElectionOutcome,
  Reassignment,
} from "../membership/cluster-admin.ts";
import { unknownPartition } from "../refusals.ts";
import { inBrokersWords } from "../storage-errors.ts";
import type { Controller } from "./controller.ts";

/** How often a change is tried that others have been faster with. */
const TRIES = 20;

/** What people ask of this broker's cluster: each is a change of keys that others act on. */
export function clusterAdmin(metadata: ClusterStore, controller: Controller): ClusterAdmin {
  return {
    reassign: (moves) => inBrokersWords(reassignAll(metadata, moves)),
    elect: (kind, named) => inBrokersWords(elect(metadata, controller, kind, named)),
    drain: (brokerId, isDrained) => {
      const { image, keys } = metadata;
      const key = keys.drained(brokerId);
      const put = { kind: "put", key, value: DRAINED_VALUE } as const;
      return inBrokersWords(
        change(metadata, key, () => {
          if (!image.disks.has(brokerId)) throw invalid(`there is no broker ${brokerId}`);
          if (isDrained) checkOthersAreLeft(image, brokerId);
          return [isDrained ? put : { kind: "delete", key }];
        }),
      );
    },
    remove: (brokerId) => inBrokersWords(remove(metadata, brokerId)),
    limitCopying: (bytesPerSecond) => {
      const key = metadata.keys.copying;
      const made: EtcdChange =
        bytesPerSecond === null
          ? { kind: "delete", key }
          : { kind: "put", key, value: copyingValue(bytesPerSecond) };
      return inBrokersWords(change(metadata, key, () => [made]));
    },
  };
}

async function reassignAll(
  metadata: ClusterStore,
  moves: readonly Reassignment[],
): Promise<readonly (BrokerError | null)[]> {
  const outcomes = moves.map((): BrokerError | null => null);
  let left = moves.map((move, at) => ({ move, at }));
  for (let tries = 0; left.length > 0; tries++) {
    if (tries === TRIES) throw new BrokerError("not-decided", "others change the partitions");
    const failed: typeof left = [];
    for (let from = 0; from < left.length; from += MAX_COMMIT_CHANGES) {
      const some = left.slice(from, from + MAX_COMMIT_CHANGES);
      const changes = some.flatMap(({ move, at }) => {
        const change = changeOf(metadata.image, move);
        if (!(change instanceof BrokerError)) return change ?? [];
        outcomes[at] = change;
        return [];
      });
      if (changes.length === 0) continue;
      const { done } = await metadata.commitPartitions(changes);
      if (!done) failed.push(...some.filter(({ at }) => outcomes[at] === null));
    }
    left = failed;
  }
  return outcomes;
}

/** What a move changes; null: nothing. */
function changeOf(
  image: ClusterImage,
  { topic, partition, replicas }: Reassignment,
): PartitionChange | BrokerError | null {
  const name = nameOf(image, { topic, partition });
  const state = name && image.partition(name.topicId, name.index);
  if (!state) return unknownPartition(topic, partition);
  if (replicas === null && !isReassigning(state)) {
    return new BrokerError("no-reassignment", `${topic}-${partition} isn't being moved`);
  }
  const fault = replicas && faultOf(image, state, replicas);
  if (fault) return new BrokerError("invalid-replicas", `${topic}-${partition}: ${fault}`);
  const { revision: _, ...known } = state;
  const next = replicas ? reassigned(known, replicas) : calledOff(known);
  return isSame(known, next) ? null : { ...name, state, next };
}

/** Why these can't be the brokers of a partition; null if they can. */
function faultOf(
  { live, drained }: ClusterImage,
  state: Versioned<PartitionState>,
  replicas: readonly number[],
): string | null {
  if (replicas.length === 0) return "it has to have a copy somewhere";
  if (new Set(replicas).size < replicas.length) return "a broker is to have two copies";
  for (const id of replicas) {
    if (state.replicas.includes(id)) continue;
    if (!live.has(id)) return `broker ${id} isn't there`;
    if (drained.has(id)) return `broker ${id} is drained`;
  }
  return null;
}

function isSame(one: PartitionState, other: PartitionState): boolean {
  return (["replicas", "adding", "removing"] as const).every(
    (field) => one[field].join() === other[field].join(),
  );
}

function nameOf(
  image: ClusterImage,
  { topic, partition: index }: NamedPartition,
): PartitionPlace | null {
  const topicId = image.topics.get(topic)?.id;
  return topicId === undefined ? null : { topicId, index };
}

async function elect(
  { image }: ClusterStore,
  controller: Controller,
  kind: ElectionKind,
  named: readonly NamedPartition[] | null,
): Promise<readonly ElectionOutcome[]> {
  if (!controller.isActive) {
    const message = `broker ${image.controllerId} is the controller: ask that one`;
    throw new BrokerError("not-decided", message);
  }
  const stateOf = (each: NamedPartition) => {
    const name = nameOf(image, each);
    return name && image.partition(name.topicId, name.index);
  };
  const isNeeded = (each: NamedPartition): boolean => {
    const state = stateOf(each);
    if (!state) return false;
    return kind === "unclean" ? state.leader < 0 : state.leader !== state.replicas[0];
  };
  const needed = (named ?? [...allPartitions(image)]).filter(isNeeded);
  const names = needed.flatMap((each) => nameOf(image, each) ?? []);
  await controller.elect(names, { unclean: kind === "unclean", preferred: kind === "preferred" });
  return (named ?? needed).map((each) => {
    if (!stateOf(each)) return { ...each, error: unknownPartition(each.topic, each.partition) };
    if (!needed.includes(each)) return { ...each, error: notNeeded(each) };
    return { ...each, error: isNeeded(each) ? notThere(each, kind) : null };
  });
}

function* allPartitions({ topics }: ClusterImage): Generator<NamedPartition> {
  for (const { name: topic, partitionCount } of topics.values()) {
    for (let partition = 0; partition < partitionCount; partition++) yield { topic, partition };
  }
}

function notNeeded({ topic, partition }: NamedPartition): BrokerError {
  return new BrokerError("election-not-needed", `${topic}-${partition} is led as it is to be`);
}

function notThere({ topic, partition }: NamedPartition, kind: ElectionKind): BrokerError {
  const code = kind === "preferred" ? "preferred-leader-not-there" : "no-eligible-leader";
  const who = kind === "preferred" ? "its first copy isn't there, or in sync" : "no copy is there";
  return new BrokerError(code, `${topic}-${partition} can't be led otherwise: ${who}`);
}

async function remove(metadata: ClusterStore, brokerId: number): Promise<void> {
  const { image, keys } = metadata;
  const key = keys.disk(brokerId);
  await change(metadata, key, () => {
    if (!image.disks.has(brokerId)) throw invalid(`there is no broker ${brokerId}`);
    if (image.live.has(brokerId)) throw invalid(`broker ${brokerId} is still there: stop it first`);
    for (const { state } of image.partitions()) {
      if (!state.replicas.includes(brokerId)) continue;
      throw invalid(`broker ${brokerId} still is to have copies: drain it first`);
    }
    return [
      { kind: "delete", key },
      { kind: "delete", key: keys.drained(brokerId) },
    ];
  });
}

/** Makes the changes that `make` says, if `key` is as it is known; again, if it isn't. */
async function change(
  metadata: ClusterStore,
  key: string,
  make: () => readonly EtcdChange[],
): Promise<void> {
  for (let tries = 0; tries < TRIES; tries++) {
    const condition = { key, revision: metadata.image.revisionOf(key) };
    const { done } = await metadata.commit([condition], make());
    if (done) return;
  }
  throw new BrokerError("not-decided", "others change it at the same time");
}

function checkOthersAreLeft({ live, drained }: ClusterImage, brokerId: number): void {
  const isUsual = (id: number) => id !== brokerId && !drained.has(id);
  if (![...live.keys()].some(isUsual)) throw invalid("no other broker is there to take copies");
}

function invalid(message: string): BrokerError {
  return new BrokerError("invalid-request", message);
}
