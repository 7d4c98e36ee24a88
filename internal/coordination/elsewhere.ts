import type { GroupCoordinator } from "./api.ts";
import { answerAll } from "./offsets.ts";

const NOT_HERE = "not-coordinator";

/** What a broker says of groups that another one coordinates. */
export function coordinatedElsewhere(): GroupCoordinator {
  return {
    isElsewhere: () => true,
    readable: async (groupId) => (groupId === null ? null : NOT_HERE),
    ready: async () => NOT_HERE,
    joinGroup: async ({ memberId }) => ({ error: NOT_HERE, memberId }),
    syncGroup: async () => ({ error: NOT_HERE }),
    heartbeat: () => NOT_HERE,
    leaveGroup: async () => ({ error: NOT_HERE, members: [] }),
    consumerHeartbeat: async () => ({ error: NOT_HERE, message: null }),
    commitOffsets: async ({ topics }) => answerAll(topics, NOT_HERE),
    fetchOffsets: async () => [],
    fetchRefusal: () => NOT_HERE,
    knownOffsets: () => [],
    deleteOffsets: async () => ({ error: NOT_HERE, topics: [] }),
    describeGroup: () => null,
    describeConsumerGroup: () => null,
    listGroups: () => [],
    deleteGroup: async () => NOT_HERE,
  };
}
