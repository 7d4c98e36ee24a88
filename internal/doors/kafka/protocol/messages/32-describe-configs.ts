import { api } from "../message.ts";
import { array, boolean, int8, int16, int32, string } from "../table.ts";

/** DescribeConfigs: the settings of topics, brokers and groups. */
export const describeConfigs = api({
  key: 32,
  name: "DescribeConfigs",
  versions: "1-4",
  flexible: "4+",
  request: {
    resources: array("0+").of({
      // 2 topic, 4 broker, 8 broker's loggers, 16 client metrics, 32 group.
      resourceType: int8("0+"),
      resourceName: string("0+"),
      // Null for all.
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
        // Null for a sensitive value.
        value: string("0+", { nullable: "0+" }),
        readOnly: boolean("0+"),
        // 1 topic, 2 broker, 3 brokers' default, 4 static file, 5 built in; more in KIP-226.
        configSource: int8("1+", { default: -1, ignorable: true }),
        isSensitive: boolean("0+"),
        // Where else a value could come from, in the order in which they count.
        synonyms: array("1+", { ignorable: true }).of({
          name: string("1+"),
          value: string("1+", { nullable: "0+" }),
          source: int8("1+"),
        }),
        // 1 boolean, 2 string, 3 int, 4 short, 5 long, 6 double, 7 list, 8 class, 9 password.
        configType: int8("3+", { default: 0, ignorable: true }),
        documentation: string("3+", { nullable: "0+", ignorable: true }),
      }),
    }),
  },
});
