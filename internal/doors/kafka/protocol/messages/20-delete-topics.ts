import { api } from "../message.ts";
import { array, int16, int32, string, uuid } from "../table.ts";

/** DeleteTopics: delete topics, from 6 on by name or by id. */
export const deleteTopics = api({
  key: 20,
  name: "DeleteTopics",
  versions: "1-6",
  flexible: "4+",
  request: {
    topics: array("6+").of({
      // Null when the topic is named by its id.
      name: string("6+", { nullable: "6+", default: null }),
      topicId: uuid("6+"),
    }),
    topicNames: array("0-5", { ignorable: true }).of(string),
    timeoutMs: int32("0+"),
  },
  response: {
    throttleTimeMs: int32("1+", { ignorable: true }),
    responses: array("0+").of({
      // Null for an id that is not known.
      name: string("0+", { nullable: "6+" }),
      topicId: uuid("6+", { ignorable: true }),
      errorCode: int16("0+"),
      errorMessage: string("5+", { nullable: "5+", default: null, ignorable: true }),
    }),
  },
});
