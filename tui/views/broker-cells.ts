import type { BrokerStanding } from "../../internal/client/broker-standings.ts";
import type { BrokerRow } from "../data/broker-rows.ts";
import type { CellContext } from "../list/column.ts";
import type { Span } from "../text/line.ts";
import { duration } from "../text/numbers.ts";
import type { Role } from "../theme/palettes.ts";
import { UNKNOWN } from "./cells.ts";

/** How a standing is drawn. */
const STANDINGS: Readonly<
  Record<BrokerStanding, { glyph: "ok" | "warning" | "bad"; word: string; role: Role }>
> = {
  up: { glyph: "ok", word: "up", role: "ok" },
  refusing: { glyph: "bad", word: "no writes", role: "bad" },
  behind: { glyph: "warning", word: "behind", role: "warning" },
  away: { glyph: "bad", word: "away", role: "bad" },
};

/** How a broker stands; of one that isn't heard, for how long. */
export function standingCell({ standing, silentMs }: BrokerRow, { theme }: CellContext): Span {
  const { glyph, word, role } = STANDINGS[standing];
  const time = standing === "away" && silentMs !== null ? ` ${duration(silentMs)}` : "";
  return [`${theme.glyphs[glyph]} ${word}${time}`, role];
}

/** Whether acks wait for a slave: the one that it follows with, or those that a master has. */
export function modeCell({ mode, self }: BrokerRow): Span {
  const modes = new Set(self?.replication.followers.map((follower) => follower.mode));
  const [only] = modes;
  if (mode !== null) return [mode, "text"];
  return only === undefined ? UNKNOWN : [modes.size === 1 ? only : "mixed", "text"];
}
