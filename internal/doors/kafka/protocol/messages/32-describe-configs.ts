import { api } from "../message.ts";
import { array, boolean, int8, int16, int32, string } from "../table.ts";

export const describeConfigs = api({
  key: 32,
  name: "DescribeConfigs",
  versions: "1-4",
  flexible: "4+",
  request: {
    resources: array("0+").of({
      resourceType: int8("0+"),
      resourceName: string("0+"),
      configurationKeys: array("0+", { nullable: "0+" }).of(string),
    }),
    includeSynonyms: boolean("1+", { default: false }),
    includeDocumentation: boolean("3+", { default: false }),
  },
  response: {
    throttleTimeMs: int32("0+"),
    results: array("0+").of({
      errorCode: int16("0+"),
      errorMessage: string("0+", { nullable: "0+" }),
      resourceType: int8("0+"),
      resourceName: string("0+"),
      configs: array("0+").of({
        name: string("0+"),
        value: string("0+", { nullable: "0+" }),
        readOnly: boolean("0+"),
        configSource: int8("1+", { default: -1, ignorable: true }),
        isSensitive: boolean("0+"),
        synonyms: array("1+", { ignorable: true }).of({
          name: string("1+"),
          value: string("1+", { nullable: "0+" }),
          source: int8("1+"),
        }),
        configType: int8("3+", { default: 0, ignorable: true }),
        documentation: string("3+", { nullable: "0+", ignorable: true }),
      }),
    }),
  },
});
