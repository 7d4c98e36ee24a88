import { api } from "../message.ts";
import { bytes, int16, int64, string } from "../table.ts";

/** SaslAuthenticate: one step of logging in. */
export const saslAuthenticate = api({
  key: 36,
  name: "SaslAuthenticate",
  versions: "0-2",
  flexible: "2+",
  request: {
    authBytes: bytes("0+"),
  },
  response: {
    errorCode: int16("0+"),
    errorMessage: string("0+", { nullable: "0+" }),
    authBytes: bytes("0+"),
    // After which the client has to log in again; 0 for never.
    sessionLifetimeMs: int64("1+", { default: 0, ignorable: true }),
  },
});
