import { existsSync } from "node:fs";
import path from "node:path";
import { startCluster, stopCluster } from "../../interop/cluster/running-cluster.ts";
import { addressOf } from "../../interop/faults/member.ts";
import { startPair, stopPair } from "../../interop/pairs/pair.ts";
import { executable, startWeir } from "../../interop/weir.ts";
import { firstLine } from "./service.ts";
import type { RunningSystem, Signal, System } from "./system.ts";

const common = {
  protocol: "kafka",
  warmUpSeconds: 0.5,
  missing: () => (existsSync(executable) ? null : `${executable} isn't there: npm run build`),
  version: () => firstLine(executable, "--version"),
} as const;

/** One broker. */
export function weir(durability: "fsync" | "memory"): System {
  const fsync = "the record is synced; one sync for all that arrived meanwhile";
  const memory = "the record is in the page cache";
  return {
    ...common,
    name: `Weir, ${durability}`,
    ack: durability === "fsync" ? fsync : memory,
    start: async (directory) => {
      const { address, pid, end } = await startWeir({
        data: path.join(directory, "data"),
        durability,
      });
      return {
        address,
        bootstrap: address,
        pids: [pid],
        end: async (signal: Signal = "SIGTERM") => {
          await end(signal);
        },
      };
    },
  };
}

/** A master and its slave. */
export function weirPair(replication: "sync" | "async"): System {
  return {
    ...common,
    name: `Weir, pair, ${replication}`,
    ack: replication === "sync" ? "both brokers have synced it" : "the master has synced it",
    start: async (directory): Promise<RunningSystem> => {
      const pair = await startPair(directory, { replication }, { name: "at-start", partitions: 1 });
      const pids = [pair.one, pair.two].flatMap(({ broker }) => (broker ? [broker.pid] : []));
      return {
        address: addressOf(pair.one),
        bootstrap: pair.bootstrap,
        pids,
        end: async () => await stopPair(pair),
      };
    },
  };
}

/** Three brokers and their etcd. */
export const weirCluster: System = {
  ...common,
  name: "Weir, three brokers",
  protocol: "kafka-cluster",
  ack: "all brokers in sync have synced it; three copies",
  missing: () => common.missing() ?? (Bun.which("etcd") ? null : "there is no etcd"),
  start: async (directory) => {
    const cluster = await startCluster({ home: directory });
    const pids = cluster.members.flatMap(({ broker }) => (broker ? [broker.pid] : []));
    const [address = ""] = cluster.bootstrap.split(",");
    return {
      address,
      bootstrap: cluster.bootstrap,
      pids,
      end: async () => await stopCluster(cluster),
    };
  },
};
