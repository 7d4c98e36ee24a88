import { diskValue, FORMAT_VERSION, formatValue } from "../../metadata/cluster/cluster-keys.ts";
import { ClusterStore } from "../../metadata/cluster/cluster-store.ts";
import { randomUuid } from "../../metadata/uuid.ts";
import type { Clock } from "../../platform/clock.ts";
import { type Etcd, EtcdError } from "../../platform/etcd.ts";
import type { Log } from "../../platform/log.ts";
import type { Platform } from "../../platform/platform.ts";
import { BrokerError } from "../errors.ts";
import { type AdoptedData, adopt, adoptionKind } from "./adopt.ts";
import { leaveIsrs } from "./leave-isrs.ts";
import { savedMember, saveMember } from "./member-file.ts";

const RETRY_MS = 500;

/** Who wants to be a broker of which cluster. */
export interface Applicant {
  readonly name: string;
  readonly dataDirectory: string;
  /** null: any that is free. */
  readonly brokerId: number | null;
  /** Whether the data directory has logs already. */
  readonly hasLogs: boolean;
  /** What it has of before, if that is to be taken into the cluster; null: it isn't. */
  readonly adopted: AdoptedData | null;
  readonly log: Log;
}

/** A broker that belongs to a cluster, and isn't there yet. */
export interface Joined {
  readonly metadata: ClusterStore;
  readonly brokerId: number;
  readonly diskId: string;
}

/**
 * Finds out that a data directory belongs to a cluster, or makes it so. Waits for etcd as long as
 * it is away. Rejects with `BrokerError` where the directory, the broker's id and the cluster don't
 * go together.
 */
export async function joinCluster(
  { clock, random, disk }: Platform,
  etcd: Etcd,
  applicant: Applicant,
): Promise<Joined> {
  const { name, dataDirectory, log, hasLogs, adopted } = applicant;
  const saved = savedMember(disk, dataDirectory);
  if (!saved && hasLogs && !adopted) {
    const what = `${dataDirectory} has the data of a broker that isn't of a cluster`;
    throw refused(`${what}; --adopt takes it into one`);
  }
  const metadata = new ClusterStore({ clock, etcd, log, name });
  const { image, keys } = metadata;
  return untilReached(clock, log, async () => {
    await metadata.watch.read();
    const adopts = adopted && !saved ? adoptionKind(metadata, adopted) : saved?.adopting;
    const adopting = adopts ? { adopting: adopts } : {};
    if (image.clusterId === "" && !saved) {
      const value = formatValue(adopted?.metadata.clusterId || randomUuid(random));
      const put = { kind: "put", key: keys.format, value } as const;
      await metadata.commit([{ key: keys.format, revision: 0 }], [put]);
    }
    checkCluster(metadata, name, saved);
    const { clusterId, revision } = image;
    const diskId = saved?.diskId ?? randomUuid(random);
    const member = { clusterId, diskId, revision };
    await saveMember(disk, dataDirectory, { ...member, ...adopting });
    const brokerId = applicant.brokerId ?? freeId(metadata, diskId);
    await claim(metadata, brokerId, diskId);
    if (adopts && adopted) {
      await adopt(metadata, adopted, adopts, brokerId);
      await saveMember(disk, dataDirectory, member);
    }
    return { metadata, brokerId, diskId };
  });
}

function checkCluster(
  { image, keys }: ClusterStore,
  name: string,
  saved: { readonly clusterId: string; readonly revision: number } | null,
): void {
  for (const [key, why] of image.unreadable) {
    // What has no topic here is removed as what a deleted one has left, for example.
    const isNeeded = key.startsWith(keys.topic("")) || key.startsWith(`${keys.prefix}disks/`);
    if (isNeeded || key === keys.format) throw refused(`${why}: in etcd, below ${keys.prefix}`);
  }
  if (image.formatVersion > FORMAT_VERSION) {
    const what = `cluster ${name} is kept in format ${image.formatVersion}`;
    throw refused(`${what}, of which this version knows nothing`);
  }
  if (!saved) return;
  if (image.clusterId !== saved.clusterId) {
    const none = "there is none: it is another one, or was restored from an older state";
    const there = image.clusterId === "" ? none : `${name} is ${image.clusterId}`;
    throw refused(`this is the data of cluster ${saved.clusterId}; in etcd ${there}`);
  }
  if (image.revision < saved.revision) {
    const what = `etcd is at revision ${image.revision}, and was at ${saved.revision}`;
    throw refused(`${what}: it was restored from an older state, and leaders would be wrong`);
  }
}

/** The least id that no broker has had, or the one that this directory has had. */
function freeId({ image: { disks } }: ClusterStore, diskId: string): number {
  for (const [id, disk] of disks) if (disk === diskId) return id;
  let id = 1;
  while (disks.has(id)) id++;
  return id;
}

/** Writes down that the broker's data is here. A new directory has none of it: it leaves ISRs. */
async function claim(metadata: ClusterStore, brokerId: number, diskId: string): Promise<void> {
  const { image, keys } = metadata;
  const known = image.disks.get(brokerId);
  if (known === diskId) return;
  const other = image.live.get(brokerId);
  if (other) throw refused(`broker ${brokerId} is there already, at ${other.host}:${other.port}`);
  if (known !== undefined) await leaveIsrs(metadata, brokerId);
  const key = keys.disk(brokerId);
  const condition = { key, revision: image.revisionOf(key) };
  const value = diskValue(diskId);
  const { done } = await metadata.commit([condition], [{ kind: "put", key, value }]);
  if (!done) throw new EtcdError("unavailable", `another broker takes the id ${brokerId}`);
}

async function untilReached<T>(clock: Clock, log: Log, work: () => Promise<T>): Promise<T> {
  for (;;) {
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof EtcdError)) throw error;
      if (error.code === "refused") throw refused(error.message);
      log.warn("waiting-for-etcd", { message: error.message });
      await new Promise<void>((resolve) => clock.after(RETRY_MS, resolve));
    }
  }
}

function refused(message: string): BrokerError {
  return new BrokerError("invalid-config", message);
}
