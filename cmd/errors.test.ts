import { expect, test } from "bun:test";
import { ClientError } from "../internal/client/errors.ts";
import { commandError } from "./errors.ts";

test.each([
  ["unreachable", 4],
  ["not-leader", 4],
  ["coordinator-not-available", 4],
  ["not-decided", 4],
  ["storage-full", 4],
  ["unknown-topic-or-partition", 1],
  ["not-weir", 1],
] as const)("a verb that %s ends, ends with %d", (code, exitCode) => {
  expect(commandError(new ClientError(code, "")).exitCode).toBe(exitCode);
});
