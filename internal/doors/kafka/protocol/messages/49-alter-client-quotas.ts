import { api } from "../message.ts";
import { array, boolean, float64, int16, int32, string } from "../table.ts";

/** AlterClientQuotas: say how much clients may use (KIP-546). */
export const alterClientQuotas = api({
  key: 49,
  name: "AlterClientQuotas",
  versions: "0-1",
  flexible: "1+",
  request: {
    entries: array("0+").of({
      entity: array("0+").of({
        entityType: string("0+"),
        // Null for the default of its type.
        entityName: string("0+", { nullable: "0+" }),
      }),
      ops: array("0+").of({
        key: string("0+"),
        value: float64("0+"),
        remove: boolean("0+"),
      }),
    }),
    validateOnly: boolean("0+"),
  },
  response: {
    throttleTimeMs: int32("0+"),
    entries: array("0+").of({
      errorCode: int16("0+"),
      errorMessage: string("0+", { nullable: "0+" }),
      entity: array("0+").of({
        entityType: string("0+"),
        entityName: string("0+", { nullable: "0+" }),
      }),
    }),
  },
});
