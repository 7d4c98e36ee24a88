import { api } from "../message.ts";
import { array, int16, int32, string } from "../table.ts";

/** OffsetDelete: forget a group's offsets of topics that it no longer reads. */
export const offsetDelete = api({
  key: 47,
  name: "OffsetDelete",
  versions: "0",
  flexible: "none",
  request: {
    groupId: string("0+"),
    topics: array("0+").of({
      name: string("0+"),
      partitions: array("0+").of({
        partitionIndex: int32("0+"),
      }),
    }),
  },
  response: {
    errorCode: int16("0+"),
    throttleTimeMs: int32("0+", { ignorable: true }),
    topics: array("0+").of({
      name: string("0+"),
      partitions: array("0+").of({
        partitionIndex: int32("0+"),
        errorCode: int16("0+"),
      }),
    }),
  },
});
