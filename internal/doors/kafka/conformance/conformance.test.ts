import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { type Fixture, openFixture } from "../fixture.testing.ts";
import type { Call } from "./question.testing.ts";
import { questions } from "./questions.testing.ts";

/*
 * Asks this broker what Apache Kafka was asked before, and compares the answers: see
 * testdata/kafka/README.md. Where another answer is meant, the question says why.
 */

const file = new URL("../../../../testdata/kafka/answers.json", import.meta.url);
const kafkas: Readonly<Record<string, unknown>> = JSON.parse(readFileSync(file, "utf8"));

describe("answers are those of Apache Kafka", () => {
  let fixture: Fixture;

  beforeAll(async () => {
    fixture = await openFixture({ "auto.create.topics.enable": "false" });
  });

  afterAll(() => fixture.close());

  const call: Call = async (api, version, body) => {
    const answer = await fixture.connect().call(api, version, body);
    // Nobody is throttled: there are no quotas.
    if ("throttleTimeMs" in answer) expect(Number(answer.throttleTimeMs)).toBe(0);
    return answer;
  };

  for (const { title, differs, ask } of questions) {
    test(title, async () => {
      const answer = JSON.parse(JSON.stringify(await ask(call)));
      if (differs === null) expect(answer).toEqual(kafkas[title]);
      else {
        expect(answer).not.toEqual(kafkas[title]);
        expect({ differs, answer }).toMatchSnapshot();
      }
    });
  }
});

test("each question has a title of its own, and an answer", () => {
  const titles = questions.map(({ title }) => title);
  expect(Object.keys(kafkas).sort()).toEqual([...new Set(titles)].sort());
  expect(new Set(titles).size).toBe(titles.length);
});
