import { type KafkaErrorName, kafkaErrors } from "../protocol/error-codes.ts";
import { encodeResponse } from "../protocol/frames.ts";
import { apiVersions } from "../protocol/messages/18-api-versions.ts";
import { type AnswerOf, type Service, service, type WriteAnswer } from "../service.ts";

/**
 * ApiVersions 0-4.
 *
 * - Offers what is served, and nothing else; Produce with the minimum that librdkafka looks for.
 * - A version that isn't known is answered in version 0 with UNSUPPORTED_VERSION and the versions
 *   of this API, so that the client can ask again (KIP-511).
 * - From version 3 on the client's software must have a name and a version that are words of
 *   letters, digits, dots and dashes; otherwise INVALID_REQUEST.
 * - No features, neither supported nor finalized: transactions stay what they were at first.
 */
export const apiVersionsService: Service = service(
  apiVersions,
  async ({ clientSoftwareName, clientSoftwareVersion }, { client, version }) => {
    const named = SOFTWARE.test(clientSoftwareName) && SOFTWARE.test(clientSoftwareVersion);
    if (version >= 3 && !named) {
      return answer("INVALID_REQUEST", []);
    }
    return answer("NONE", [...client.services.values()]);
  },
);

const SOFTWARE = /^[a-zA-Z0-9](?:[a-zA-Z0-9\-.]*[a-zA-Z0-9])?$/;

/** What a request of a version that isn't known is answered with. */
export function answerUnknownVersion(correlationId: number): WriteAnswer {
  const body = answer("UNSUPPORTED_VERSION", [apiVersionsService]);
  return (writer) => encodeResponse(writer, apiVersions, 0, correlationId, body);
}

function answer(error: KafkaErrorName, offered: readonly Service[]): AnswerOf<typeof apiVersions> {
  const apiKeys = offered.map(({ key, advertised: { min, max } }) => ({
    apiKey: key,
    minVersion: min,
    maxVersion: max,
  }));
  return { errorCode: kafkaErrors[error].code, apiKeys, throttleTimeMs: 0 };
}
