import type { GroupCoordinator } from "../../coordination/api.ts";

/** The coordinators of a broker, each of some groups. */
export interface GroupRoutes {
  readonly of: (groupId: string) => GroupCoordinator;
  readonly all: () => Iterable<GroupCoordinator>;
  readonly ready: GroupCoordinator["ready"];
}

/** Sends every request to the coordinator of its group. */
export function routedGroups({ of, all, ready }: GroupRoutes): GroupCoordinator {
  return {
    ready,
    readable: async (groupId) => (groupId === null ? null : of(groupId).readable(groupId)),
    isElsewhere: (groupId) => of(groupId).isElsewhere(groupId),
    joinGroup: (request) => of(request.groupId).joinGroup(request),
    syncGroup: (request) => of(request.groupId).syncGroup(request),
    heartbeat: (request) => of(request.groupId).heartbeat(request),
    leaveGroup: (request) => of(request.groupId).leaveGroup(request),
    consumerHeartbeat: (request) => of(request.groupId).consumerHeartbeat(request),
    commitOffsets: (request) => of(request.groupId).commitOffsets(request),
    fetchOffsets: (request) => of(request.groupId).fetchOffsets(request),
    fetchRefusal: (claim) => of(claim.groupId).fetchRefusal(claim),
    knownOffsets: (groupId) => of(groupId).knownOffsets(groupId),
    deleteOffsets: (request) => of(request.groupId).deleteOffsets(request),
    describeGroup: (groupId) => of(groupId).describeGroup(groupId),
    describeConsumerGroup: (groupId) => of(groupId).describeConsumerGroup(groupId),
    listGroups: (filter) => {
      const listings = Array.from(all(), (each) => each.listGroups(filter)).flat();
      return listings.sort((a, b) => (a.groupId < b.groupId ? -1 : 1));
    },
    deleteGroup: (groupId) => of(groupId).deleteGroup(groupId),
  };
}
