import { listGroups } from "../protocol/messages/16-list-groups.ts";
import { service } from "../service.ts";

/**
 * ListGroups 0-5.
 *
 * - Filters in any case: states from version 4 on, types from version 5 on.
 */
export const listGroupsService = service(
  listGroups,
  async ({ statesFilter, typesFilter }, { client }) => {
    const groups = client.broker.groups.listGroups({ states: statesFilter, types: typesFilter });
    return {
      throttleTimeMs: 0,
      errorCode: 0,
      groups: groups.map(({ groupId, protocolType, state, type }) => ({
        groupId,
        protocolType,
        groupState: state,
        groupType: type,
      })),
    };
  },
);
