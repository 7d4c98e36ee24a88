import { Refusal, refused } from "../../errors.ts";
import { describeAcls } from "../../protocol/messages/29-describe-acls.ts";
import { createAcls } from "../../protocol/messages/30-create-acls.ts";
import { deleteAcls } from "../../protocol/messages/31-delete-acls.ts";
import { type Service, service } from "../../service.ts";

const disabled = refused(new Refusal("SECURITY_DISABLED"));

/**
 * DescribeAcls, CreateAcls and DeleteAcls 1-3, which aren't offered: SECURITY_DISABLED, for each
 * item, as from a Kafka broker without an authorizer.
 */
export const refusedAcls: readonly Service[] = [
  service(describeAcls, async () => ({ throttleTimeMs: 0, ...disabled, resources: [] })),
  service(createAcls, async ({ creations }) => ({
    throttleTimeMs: 0,
    results: creations.map(() => disabled),
  })),
  service(deleteAcls, async ({ filters }) => ({
    throttleTimeMs: 0,
    filterResults: filters.map(() => ({ ...disabled, matchingAcls: [] })),
  })),
];
