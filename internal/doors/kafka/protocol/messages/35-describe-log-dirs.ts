import { api } from "../message.ts";
import { array, boolean, int16, int32, int64, string } from "../table.ts";

export const describeLogDirs = api({
  key: 35,
  name: "DescribeLogDirs",
  versions: "1-5",
  flexible: "2+",
  request: {
    topics: array("0+", { nullable: "0+" }).of({
      topic: string("0+"),
      partitions: array("0+").of(int32),
    }),
  },
  response: {
    throttleTimeMs: int32("0+"),
    errorCode: int16("3+", { ignorable: true }),
    results: array("0+").of({
      errorCode: int16("0+"),
      logDir: string("0+"),
      topics: array("0+").of({
        name: string("0+"),
        partitions: array("0+").of({
          partitionIndex: int32("0+"),
          partitionSize: int64("0+"),
          offsetLag: int64("0+"),
          isFutureKey: boolean("0+"),
        }),
      }),
      totalBytes: int64("4+", { default: -1, ignorable: true }),
      usableBytes: int64("4+", { default: -1, ignorable: true }),
      isCordoned: boolean("5+", { default: false, ignorable: true }),
    }),
  },
});
