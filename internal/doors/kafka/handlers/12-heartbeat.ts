import { groupErrorCode } from "../errors.ts";
import { heartbeat } from "../protocol/messages/12-heartbeat.ts";
import { service } from "../service.ts";

/**
 * Heartbeat 0-4.
 *
 * - REBALANCE_IN_PROGRESS while the members are gathered: the member is alive, and has to join.
 */
export const heartbeatService = service(heartbeat, async (request, { client }) => {
  const { generationId: generation, ...others } = request;
  const error = client.broker.groups.heartbeat({ ...others, generation });
  return { throttleTimeMs: 0, errorCode: groupErrorCode(error) };
});
