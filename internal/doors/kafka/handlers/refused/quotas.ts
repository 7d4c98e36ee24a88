import { Refusal, refused } from "../../errors.ts";
import { describeClientQuotas } from "../../protocol/messages/48-describe-client-quotas.ts";
import { alterClientQuotas } from "../../protocol/messages/49-alter-client-quotas.ts";
import { type Service, service } from "../../service.ts";

const noQuotas = refused(new Refusal("UNSUPPORTED_VERSION", "this broker has no quotas"));

/** DescribeClientQuotas and AlterClientQuotas 0-1, which aren't offered: UNSUPPORTED_VERSION. */
export const refusedQuotas: readonly Service[] = [
  service(describeClientQuotas, async () => ({ throttleTimeMs: 0, ...noQuotas, entries: null })),
  service(alterClientQuotas, async ({ entries }) => ({
    throttleTimeMs: 0,
    entries: entries.map(({ entity }) => ({ ...noQuotas, entity })),
  })),
];
