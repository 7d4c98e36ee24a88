import { api } from "../message.ts";
import { array, int8, int16, int32, string } from "../table.ts";

/** DescribeUserScramCredentials: who can log in by SCRAM, and how (KIP-554). */
export const describeScramCredentials = api({
  key: 50,
  name: "DescribeUserScramCredentials",
  versions: "0",
  flexible: "0+",
  request: {
    // Null or empty for all.
    users: array("0+", { nullable: "0+" }).of({ name: string("0+") }),
  },
  response: {
    throttleTimeMs: int32("0+"),
    errorCode: int16("0+"),
    errorMessage: string("0+", { nullable: "0+" }),
    results: array("0+").of({
      user: string("0+"),
      errorCode: int16("0+"),
      errorMessage: string("0+", { nullable: "0+" }),
      credentialInfos: array("0+").of({
        mechanism: int8("0+"),
        iterations: int32("0+"),
      }),
    }),
  },
});
