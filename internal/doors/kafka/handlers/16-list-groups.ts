import { groupErrorCode } from "../errors.ts";
import { listGroups } from "../protocol/messages/16-list-groups.ts";
import { service } from "../service.ts";

const NOTHING = { throttleTimeMs: 0, errorCode: 0, groups: [] };

/**
 * ListGroups 0-5.
 *
 * - Filters in any case: states from version 4 on, types from version 5 on.
 * - The groups that this broker coordinates. Clients ask every broker and put the answers together,
 *   many of them without a look at what is there twice (librdkafka, kafkajs): so a slave lists the
 *   groups that it has copies of only while it doesn't hear their coordinator.
 */
export const listGroupsService = service(
  listGroups,
  async ({ statesFilter, typesFilter }, { client }) => {
    const { groups: all, replication } = client.broker;
    const { role } = replication;
    if (role === "slave" && replication.status().connected) return NOTHING;
    const error = await all.readable(null);
    if (error !== null) return { ...NOTHING, errorCode: groupErrorCode(error) };
    const groups = all.listGroups({ states: statesFilter, types: typesFilter });
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
