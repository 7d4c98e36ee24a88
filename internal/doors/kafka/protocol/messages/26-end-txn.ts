import { api } from "../message.ts";
import { boolean, int16, int32, int64, string } from "../table.ts";

/** EndTxn: commit a transaction, or abort it. 5 gives the producer its next epoch (KIP-890). */
export const endTxn = api({
  key: 26,
  name: "EndTxn",
  versions: "0-5",
  flexible: "3+",
  request: {
    transactionalId: string("0+"),
    producerId: int64("0+"),
    producerEpoch: int16("0+"),
    // True to commit it.
    committed: boolean("0+"),
  },
  response: {
    throttleTimeMs: int32("0+"),
    errorCode: int16("0+"),
    producerId: int64("5+", { default: -1, ignorable: true }),
    producerEpoch: int16("5+", { default: -1, ignorable: true }),
  },
});
