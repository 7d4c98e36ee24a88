import { ClientError } from "../../internal/client/errors.ts";
import { findLast } from "../data/find-last.ts";
import { grouped } from "../text/numbers.ts";
import type { App } from "./app.ts";

/** Looks for the newest message with a key, and opens it; says how far it has looked meanwhile. */
export function showLast(app: App, topic: string, key: string): void {
  const progress = (searchedCount: number): void =>
    app.tell(`looking for ${key}: ${grouped(searchedCount)} messages so far`);
  app.tell(`looking for ${key}`);
  search(app, topic, key, progress).catch(app.options.failed);
}

async function search(
  app: App,
  topic: string,
  key: string,
  progress: (searchedCount: number) => void,
): Promise<void> {
  try {
    const bytes = new TextEncoder().encode(key);
    const found = await findLast(app.session.client, topic, bytes, progress);
    if (found.record) {
      app.notice = null;
      app.open({ view: "message", record: found.record });
      app.draw();
    } else {
      const count = grouped(found.searchedCount);
      app.tell(`none of the last ${count} messages of ${topic} has the key ${key}`, true);
    }
  } catch (error) {
    if (!(error instanceof ClientError)) throw error;
    app.tell(error.message, true);
  }
}
