import { api } from "../message.ts";
import { array, int16, int32, int64, string } from "../table.ts";

export const deleteRecords = api({
  key: 21,
  name: "DeleteRecords",
  versions: "0-2",
  flexible: "2+",
  request: {
    topics: array("0+").of({
      name: string("0+"),
      partitions: array("0+").of({
        partitionIndex: int32("0+"),
        offset: int64("0+"),
      }),
    }),
    timeoutMs: int32("0+"),
  },
  response: {
    throttleTimeMs: int32("0+"),
    topics: array("0+").of({
      name: string("0+"),
      partitions: array("0+").of({
        partitionIndex: int32("0+"),
        lowWatermark: int64("0+"),
        errorCode: int16("0+"),
      }),
    }),
  },
});
