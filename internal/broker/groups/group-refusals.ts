import type { GroupErrorCode } from "../../coordination/errors.ts";
import { BrokerError } from "../errors.ts";

/** What the coordinator's refusals mean, for people. */
const MEANINGS: Readonly<Record<GroupErrorCode, string>> = {
  "invalid-group-id": "a group's id has 1 to 1024 characters",
  "group-id-not-found": "there is no such group",
  "invalid-session-timeout": "the session timeout is outside of what the broker's settings allow",
  "inconsistent-group-protocol": "its members have no assignor in common with this one",
  "unknown-member-id": "there is no such member; or members commit, and only they may",
  "member-id-required": "the member has to join with the id that it was given",
  "fenced-instance-id": "another client has come under the same instance id",
  "illegal-generation": "the group has gone on to another generation",
  "rebalance-in-progress": "the members are being gathered",
  "fenced-member-epoch": "the member's epoch isn't its own any more: it has to join anew",
  "stale-member-epoch": "the member has another epoch by now",
  "unreleased-instance-id": "another client has this instance id, and hasn't left",
  "unsupported-assignor": "group.consumer.assignors doesn't have this assignor",
  "invalid-regular-expression": "the pattern can't be read",
  "invalid-request": "the request lacks what it has to have, or contradicts itself",
  "unsupported-version": "the request is too old a version for such a group",
  "group-max-size-reached": "it has as many members as group.max.size allows",
  "group-metadata-too-large": "its members bring more metadata than one may, or all (1, 32 MiB)",
  "non-empty-group": "it has members: stop them, or wait until their sessions end",
  "group-subscribed-to-topic": "its members read the topic",
  "offset-metadata-too-large": "the text is longer than offset.metadata.max.bytes allows",
  "unknown-topic-or-partition": "there is no such topic or partition",
  "not-coordinator": "another broker leads, and coordinates all groups",
  "coordinator-not-available": "the broker can't keep or read groups now; its log says why",
};

/** The refusal of what was asked of a group, or of all (null), as an error. */
export function groupRefusal(groupId: string | null, code: GroupErrorCode): BrokerError {
  const what = groupId === null ? "groups" : `group ${groupId}`;
  return new BrokerError(code, `${what}: ${MEANINGS[code]}`);
}
