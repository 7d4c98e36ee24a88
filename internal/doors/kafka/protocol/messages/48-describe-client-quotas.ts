import { api } from "../message.ts";
import { array, boolean, float64, int8, int16, int32, string } from "../table.ts";

/** DescribeClientQuotas: how much clients may use (KIP-546). */
export const describeClientQuotas = api({
  key: 48,
  name: "DescribeClientQuotas",
  versions: "0-1",
  flexible: "1+",
  request: {
    components: array("0+").of({
      entityType: string("0+"),
      // 0 the entity named by `match`; 1 the default; 2 any that is named.
      matchType: int8("0+"),
      match: string("0+", { nullable: "0+" }),
    }),
    strict: boolean("0+"),
  },
  response: {
    throttleTimeMs: int32("0+"),
    errorCode: int16("0+"),
    errorMessage: string("0+", { nullable: "0+" }),
    // Null with an error.
    entries: array("0+", { nullable: "0+" }).of({
      entity: array("0+").of({
        entityType: string("0+"),
        entityName: string("0+", { nullable: "0+" }),
      }),
      values: array("0+").of({
        key: string("0+"),
        value: float64("0+"),
      }),
    }),
  },
});
