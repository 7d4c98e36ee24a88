import { api } from "../message.ts";
import { array, int16, int32, int64, string } from "../table.ts";

/** DeleteRecords: move the start of partitions forward. */
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
        // The first record to stay; -1 for the high watermark.
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
        // The partition's new start.
        lowWatermark: int64("0+"),
        errorCode: int16("0+"),
      }),
    }),
  },
});
