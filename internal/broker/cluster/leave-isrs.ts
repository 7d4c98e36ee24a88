import { partitionValue } from "../../metadata/cluster/cluster-keys.ts";
import type { ClusterStore } from "../../metadata/cluster/cluster-store.ts";
import { MAX_COMMIT_CHANGES } from "../../platform/etcd.ts";

/**
 * Takes a broker that has lost its disk out of all ISRs, before it is there again: it could be made
 * a leader otherwise, and has nothing. Where it was the only one, nobody can lead any more, unless
 * that is forced.
 */
export async function leaveIsrs(metadata: ClusterStore, brokerId: number): Promise<void> {
  const { image, keys } = metadata;
  for (;;) {
    const some = [...image.partitions()]
      .filter(({ state }) => state.isr.includes(brokerId))
      .slice(0, MAX_COMMIT_CHANGES)
      .map((each) => ({ ...each, key: keys.partition(each.topicId, each.index) }));
    if (some.length === 0) return;
    await metadata.commit(
      some.map(({ key, state: { revision } }) => ({ key, revision })),
      some.map(({ key, state }) => {
        const isr = state.isr.filter((id) => id !== brokerId);
        return { kind: "put", key, value: partitionValue({ ...state, isr }) };
      }),
    );
  }
}
