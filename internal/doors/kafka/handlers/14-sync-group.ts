import { groupErrorCode } from "../errors.ts";
import { kafkaErrors } from "../protocol/error-codes.ts";
import { syncGroup } from "../protocol/messages/14-sync-group.ts";
import { service } from "../service.ts";

const PROTOCOL_VERSION = 5;

const NO_BYTES = new Uint8Array(0);

/**
 * SyncGroup 0-5.
 *
 * - Answered when the leader has handed in the assignments and they are durable.
 * - From version 5 on the protocol's type and name are required, and have to be the group's:
 *   INCONSISTENT_GROUP_PROTOCOL.
 */
export const syncGroupService = service(syncGroup, async (request, { client, version }) => {
  const { generationId: generation, ...others } = request;
  const isIncomplete = request.protocolType === null || request.protocolName === null;
  if (version >= PROTOCOL_VERSION && isIncomplete) {
    return refusal(kafkaErrors.INCONSISTENT_GROUP_PROTOCOL.code);
  }
  const answer = await client.broker.groups.syncGroup({ ...others, generation });
  if (answer.error !== null) return refusal(groupErrorCode(answer.error));
  const { protocolType, protocolName, assignment } = answer;
  return { throttleTimeMs: 0, errorCode: 0, protocolType, protocolName, assignment };
});

function refusal(errorCode: number) {
  return { throttleTimeMs: 0, errorCode, assignment: NO_BYTES };
}
