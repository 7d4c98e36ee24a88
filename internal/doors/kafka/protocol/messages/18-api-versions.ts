import { api } from "../message.ts";
import { array, boolean, int16, int32, int64, string } from "../table.ts";

/**
 * ApiVersions: what the broker speaks. It is the first request on a connection.
 *
 * A version that the broker lacks is answered in version 0 with UNSUPPORTED_VERSION, listing this
 * API's own range (KIP-511); the response's header is the old one in every version.
 */
export const apiVersions = api({
  key: 18,
  name: "ApiVersions",
  versions: "0-4",
  flexible: "3+",
  request: {
    // Empty if unknown; otherwise letters, digits, dots and dashes (KIP-511).
    clientSoftwareName: string("3+", { ignorable: true }),
    clientSoftwareVersion: string("3+", { ignorable: true }),
  },
  response: {
    errorCode: int16("0+"),
    apiKeys: array("0+").of({
      apiKey: int16("0+"),
      minVersion: int16("0+"),
      maxVersion: int16("0+"),
    }),
    throttleTimeMs: int32("1+", { ignorable: true }),
    // Up to version 3 without features whose minVersion is 0: old clients refuse that.
    supportedFeatures: array("3+", { ignorable: true, tag: 0 }).of({
      name: string("3+"),
      minVersion: int16("3+"),
      maxVersion: int16("3+"),
    }),
    // Grows with each change of the finalized features; -1 when it is not known.
    finalizedFeaturesEpoch: int64("3+", { default: -1, ignorable: true, tag: 1 }),
    // The levels that the whole cluster uses, such as transaction.version (KIP-584).
    finalizedFeatures: array("3+", { ignorable: true, tag: 2 }).of({
      name: string("3+"),
      maxVersionLevel: int16("3+"),
      minVersionLevel: int16("3+"),
    }),
    // From the time of ZooKeeper.
    zkMigrationReady: boolean("3+", { default: false, ignorable: true, tag: 3 }),
  },
});
