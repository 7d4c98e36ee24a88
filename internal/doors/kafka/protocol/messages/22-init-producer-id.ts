import { api } from "../message.ts";
import { int16, int32, int64, string } from "../table.ts";

export const initProducerId = api({
  key: 22,
  name: "InitProducerId",
  versions: "0-5",
  flexible: "2+",
  request: {
    transactionalId: string("0+", { nullable: "0+" }),
    transactionTimeoutMs: int32("0+"),
    producerId: int64("3+", { default: -1 }),
    producerEpoch: int16("3+", { default: -1 }),
  },
  response: {
    throttleTimeMs: int32("0+", { ignorable: true }),
    errorCode: int16("0+"),
    producerId: int64("0+", { default: -1 }),
    producerEpoch: int16("0+"),
  },
});
