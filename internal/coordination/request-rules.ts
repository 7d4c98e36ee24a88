import type { JoinRequest } from "./api.ts";
import type { GroupErrorCode } from "./errors.ts";
import { type GroupSettings, MAX_NAME_LENGTH } from "./settings.ts";

/** Why no group can have this id; null if one can. */
export function groupIdRefusal(groupId: string): GroupErrorCode | null {
  return groupId === "" || groupId.length > MAX_NAME_LENGTH ? "invalid-group-id" : null;
}

/** Why a join is refused before its group is looked at; null if it isn't. */
export function joinRefusal(request: JoinRequest, settings: GroupSettings): GroupErrorCode | null {
  const { groupId, groupInstanceId, protocolType, protocols, sessionTimeoutMs } = request;
  const refusal = groupIdRefusal(groupId);
  if (refusal !== null) return refusal;
  const { minSessionTimeoutMs, maxSessionTimeoutMs } = settings;
  if (sessionTimeoutMs < minSessionTimeoutMs || sessionTimeoutMs > maxSessionTimeoutMs) {
    return "invalid-session-timeout";
  }
  const names = [groupInstanceId ?? "", protocolType, ...protocols.map(({ name }) => name)];
  const isTooLong = names.some((name) => name.length > MAX_NAME_LENGTH);
  return isTooLong ? "group-metadata-too-large" : null;
}
