import { expect, test } from "bun:test";
import { NotCommitted } from "../replication/not-committed.ts";
import { StorageError } from "../storage/errors.ts";
import type { BrokerErrorCode } from "./errors.ts";
import { brokerError } from "./storage-errors.ts";

test.each<[StorageError, BrokerErrorCode]>([
  [new NotCommitted("not-leader", "m"), "not-leader"],
  [new NotCommitted("not-enough-copies", "m"), "not-enough-replicas-after-append"],
  [new StorageError("cut", "m"), "not-leader"],
  [new StorageError("full", "m"), "storage-full"],
  [new StorageError("closing", "m"), "shutting-down"],
])("%p is %s in the broker's words", (cause, code) => {
  expect(brokerError(cause)).toMatchObject({ code, message: "m", cause });
});
