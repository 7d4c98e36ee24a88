import { api } from "../message.ts";
import { array, int16, int32, string, uuid } from "../table.ts";

export const deleteTopics = api({
  key: 20,
  name: "DeleteTopics",
  versions: "1-6",
  flexible: "4+",
  request: {
    topics: array("6+").of({
      name: string("6+", { nullable: "6+", default: null }),
      topicId: uuid("6+"),
    }),
    topicNames: array("0-5", { ignorable: true }).of(string),
    timeoutMs: int32("0+"),
  },
  response: {
    throttleTimeMs: int32("1+", { ignorable: true }),
    responses: array("0+").of({
      name: string("0+", { nullable: "6+" }),
      topicId: uuid("6+", { ignorable: true }),
      errorCode: int16("0+"),
      errorMessage: string("5+", { nullable: "5+", default: null, ignorable: true }),
    }),
  },
});
