import { api } from "../message.ts";
import { int16, int32, int64, string } from "../table.ts";

/** AddOffsetsToTxn: a transaction is about to commit a group's offsets. */
export const addOffsetsToTxn = api({
  key: 25,
  name: "AddOffsetsToTxn",
  versions: "0-4",
  flexible: "3+",
  request: {
    transactionalId: string("0+"),
    producerId: int64("0+"),
    producerEpoch: int16("0+"),
    groupId: string("0+"),
  },
  response: {
    throttleTimeMs: int32("0+"),
    errorCode: int16("0+"),
  },
});
