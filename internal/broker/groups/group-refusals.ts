import type { GroupErrorCode } from "../../coordination/errors.ts";
import { BrokerError, brokerErrors } from "../errors.ts";

/** The refusal of what was asked of a group, or of all (null), as an error. */
export function groupRefusal(groupId: string | null, code: GroupErrorCode): BrokerError {
  const what = groupId === null ? "groups" : `group ${groupId}`;
  return new BrokerError(code, `${what}: ${brokerErrors[code].meaning}`);
}
