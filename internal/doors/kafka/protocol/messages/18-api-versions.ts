import { api } from "../message.ts";
import { array, boolean, int16, int32, int64, string } from "../table.ts";

export const apiVersions = api({
  key: 18,
  name: "ApiVersions",
  versions: "0-4",
  flexible: "3+",
  request: {
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
    supportedFeatures: array("3+", { ignorable: true, tag: 0 }).of({
      name: string("3+"),
      minVersion: int16("3+"),
      maxVersion: int16("3+"),
    }),
    finalizedFeaturesEpoch: int64("3+", { default: -1, ignorable: true, tag: 1 }),
    finalizedFeatures: array("3+", { ignorable: true, tag: 2 }).of({
      name: string("3+"),
      maxVersionLevel: int16("3+"),
      minVersionLevel: int16("3+"),
    }),
    zkMigrationReady: boolean("3+", { default: false, ignorable: true, tag: 3 }),
  },
});
