import { groupErrorCode } from "../errors.ts";
import { deleteGroups } from "../protocol/messages/42-delete-groups.ts";
import { service } from "../service.ts";

/**
 * DeleteGroups 0-2.
 *
 * - Each group by itself, with its offsets; it is gone, for good, when the answer comes.
 * - One with members: NON_EMPTY_GROUP. One that isn't there: GROUP_ID_NOT_FOUND.
 */
export const deleteGroupsService = service(deleteGroups, async ({ groupsNames }, { client }) => {
  const { groups } = client.broker;
  const results = groupsNames.map(async (groupId) => ({
    groupId,
    errorCode: groupErrorCode(await groups.deleteGroup(groupId)),
  }));
  return { throttleTimeMs: 0, results: await Promise.all(results) };
});
