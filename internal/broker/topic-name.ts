import { BrokerError } from "./errors.ts";

const LEGAL_NAME = /^[a-zA-Z0-9._-]{1,249}$/;

/** Throws `BrokerError` `invalid-topic-name` unless a topic may have the name. */
export function checkTopicName(name: string): void {
  if (LEGAL_NAME.test(name) && name !== "." && name !== "..") return;
  const rule = "it has 1 to 249 of the characters a-z A-Z 0-9 . _ -";
  const message = `${JSON.stringify(name)} is no topic name: ${rule}`;
  throw new BrokerError("invalid-topic-name", message);
}
