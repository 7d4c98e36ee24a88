import { api } from "../message.ts";
import { array, boolean, int16, int32, int64, string } from "../table.ts";

/** DescribeLogDirs: the data directories, and how much each partition takes in them. */
export const describeLogDirs = api({
  key: 35,
  name: "DescribeLogDirs",
  versions: "1-5",
  flexible: "2+",
  request: {
    // Null for all.
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
          // How far the copy is behind: the high watermark minus its end.
          offsetLag: int64("0+"),
          // The copy is being moved into this directory.
          isFutureKey: boolean("0+"),
        }),
      }),
      // The size of the volume; -1 if it is not known.
      totalBytes: int64("4+", { default: -1, ignorable: true }),
      // What is free on the volume; -1 if it is not known.
      usableBytes: int64("4+", { default: -1, ignorable: true }),
      // The directory takes no new partitions.
      isCordoned: boolean("5+", { default: false, ignorable: true }),
    }),
  },
});
