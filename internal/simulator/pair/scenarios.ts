import type { Scenario } from "../scenario.ts";
import { COPY_SCENARIOS } from "./scenarios/copies.ts";
import { PROMOTION_SCENARIOS } from "./scenarios/promotions.ts";

/** Stories of brokers that are a pair. */
export const PAIR_SCENARIOS: readonly Scenario[] = [...COPY_SCENARIOS, ...PROMOTION_SCENARIOS];
