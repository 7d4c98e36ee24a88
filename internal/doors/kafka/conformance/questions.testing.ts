import { clusters, refusedQuestions } from "./cluster.testing.ts";
import { configs } from "./configs.testing.ts";
import { groups } from "./groups.testing.ts";
import { partitions } from "./partitions.testing.ts";
import type { Question } from "./question.testing.ts";
import { records } from "./records.testing.ts";
import { creation, growth, removal } from "./topics.testing.ts";

/** All questions, for a broker that has no topic, in the order in which they are to be asked. */
export const questions: readonly Question[] = [
  ...creation,
  ...records,
  ...clusters,
  ...configs,
  ...partitions,
  ...growth,
  ...removal,
  ...refusedQuestions,
  ...groups,
];
