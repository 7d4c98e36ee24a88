import type { Client } from "../../internal/client/api.ts";
import type { PlannedOffset, ResetTarget } from "../../internal/client/group-reset-api.ts";
import type { Place } from "../../internal/client/place.ts";
import type { Clock, Session } from "../data/session.ts";
import type { TailRecord } from "../data/tail.ts";
import type { PaletteName } from "../theme/palettes.ts";
import type { Capabilities } from "../theme/theme.ts";
import type { Size } from "./layout.ts";

/** What the screen needs of the world outside. */
export interface AppOptions {
  readonly clock: Clock;
  readonly connect: ConstructorParameters<typeof Session>[0]["connect"];
  readonly connectTo: ConstructorParameters<typeof Session>[0]["connectTo"];
  /** The broker's address as people write it, and the option that names it on a command line. */
  readonly address: string;
  readonly brokerOption: string;
  readonly refreshMs: number;
  readonly readOnly: boolean;
  readonly palette: PaletteName;
  readonly capabilities: Capabilities;
  readonly size: Size;
  /** Reads a place in a partition as the command line does; throws what to tell. */
  readonly parsePlace: (text: string, nowMs: number) => Place;
  /** Looks up what a reset of a group's offsets would do; rejects with what to tell. */
  readonly planReset: (client: Client, target: ResetTarget) => Promise<readonly PlannedOffset[]>;
  /** Puts a text into the terminal's clipboard. */
  readonly copy: (text: string) => void;
  /** Writes messages to a new file, one a line; resolves with where it is. */
  readonly save: (topic: string, records: readonly TailRecord[]) => Promise<string>;
  /** Told of a bug. */
  readonly failed: (error: unknown) => void;
  /** Ends the program. */
  readonly quit: () => void;
}
