import { api } from "../message.ts";
import { array, int16, string } from "../table.ts";

/** SaslHandshake: choose how to log in. */
export const saslHandshake = api({
  key: 17,
  name: "SaslHandshake",
  versions: "0-1",
  flexible: "none",
  request: {
    mechanism: string("0+"),
  },
  response: {
    errorCode: int16("0+"),
    // What may be chosen.
    mechanisms: array("0+").of(string),
  },
});
