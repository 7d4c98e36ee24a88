import { expect, test } from "bun:test";
import { ClientError } from "./errors.ts";

test.each([
  ["unreachable", null, "away", true, true],
  ["too-many-connections", true, "away", true, true],
  ["not-leader", true, "elsewhere", true, true],
  ["storage-full", true, "later", true, false],
  ["invalid-config", false, "never", false, false],
  // Of brokers that don't say it of what is known here, and of newer ones, that know more.
  ["not-decided", null, "later", true, false],
  ["of-next-year", true, "later", true, false],
  ["of-next-year", false, "never", false, false],
  ["of-next-year", null, "never", false, false],
] as const)("%s, retriable: %p", (code, told, again, retriable, elsewhere) => {
  const error = new ClientError(code, "", { retriable: told });
  expect(error).toMatchObject({ again, retriable, mayBeDoneElsewhere: elsewhere });
});
