import { Refusal, refused } from "../../errors.ts";
import { saslHandshake } from "../../protocol/messages/17-sasl-handshake.ts";
import { saslAuthenticate } from "../../protocol/messages/36-sasl-authenticate.ts";
import { describeScramCredentials } from "../../protocol/messages/50-describe-scram-credentials.ts";
import { alterUserScramCredentials } from "../../protocol/messages/51-alter-scram-credentials.ts";
import { type Service, service } from "../../service.ts";

/*
 * SaslHandshake 0-1, SaslAuthenticate 0-2, DescribeUserScramCredentials 0 and
 * AlterUserScramCredentials 0, which aren't offered: nobody logs in.
 */

const noLogin = refused(new Refusal("ILLEGAL_SASL_STATE", "nobody has to log in here"));
const noUsers = refused(new Refusal("UNSUPPORTED_VERSION", "this broker knows no users"));

/** ILLEGAL_SASL_STATE, as from a port of Kafka's without SASL; of users, UNSUPPORTED_VERSION. */
export const refusedLogins: readonly Service[] = [
  service(saslHandshake, async () => ({ errorCode: noLogin.errorCode, mechanisms: [] })),
  service(saslAuthenticate, async () => ({ ...noLogin, authBytes: new Uint8Array(0) })),
  service(describeScramCredentials, async () => ({
    throttleTimeMs: 0,
    ...noUsers,
    results: [],
  })),
  service(alterUserScramCredentials, async ({ deletions, upsertions }) => ({
    throttleTimeMs: 0,
    results: [...new Set([...deletions, ...upsertions].map(({ name }) => name))].map((user) => ({
      user,
      ...noUsers,
    })),
  })),
];
