import type { ClusterStore } from "../../metadata/cluster/cluster-store.ts";
import { MAX_COMMIT_CHANGES } from "../../platform/etcd.ts";

/**
 * Takes a broker that has lost its disk out of all ISRs, before it is there again: it could be made
 * a leader otherwise, and has nothing. Where it was the only one, nobody can lead any more, unless
 * that is forced.
 */
export async function leaveIsrs(metadata: ClusterStore, brokerId: number): Promise<void> {
  for (;;) {
    const some = [...metadata.image.partitions()]
      .filter(({ state }) => state.isr.includes(brokerId))
      .slice(0, MAX_COMMIT_CHANGES);
    if (some.length === 0) return;
    await metadata.commitPartitions(
      some.map(({ topicId, index, state }) => {
        const isr = state.isr.filter((id) => id !== brokerId);
        return { topicId, index, state, next: { ...state, isr } };
      }),
    );
  }
}
