import { api } from "../message.ts";
import { array, bytes, int8, int16, int32, string } from "../table.ts";

/** AlterUserScramCredentials: change who can log in by SCRAM (KIP-554). */
export const alterUserScramCredentials = api({
  key: 51,
  name: "AlterUserScramCredentials",
  versions: "0",
  flexible: "0+",
  request: {
    deletions: array("0+").of({
      name: string("0+"),
      mechanism: int8("0+"),
    }),
    upsertions: array("0+").of({
      name: string("0+"),
      mechanism: int8("0+"),
      iterations: int32("0+"),
      salt: bytes("0+"),
      saltedPassword: bytes("0+"),
    }),
  },
  response: {
    throttleTimeMs: int32("0+"),
    results: array("0+").of({
      user: string("0+"),
      errorCode: int16("0+"),
      errorMessage: string("0+", { nullable: "0+" }),
    }),
  },
});
