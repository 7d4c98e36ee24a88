import type { Screen } from "../app/screen.ts";
import type { SortOrder } from "../list/order.ts";
import type { TableOptions } from "../list/table.ts";
import { brokersView } from "./brokers.ts";
import { configsView } from "./configs.ts";
import { eventsView } from "./events.ts";
import { groupsView } from "./groups.ts";
import { lagView } from "./lag.ts";
import { messageView } from "./message.ts";
import { messagesView } from "./messages.ts";
import { overviewView } from "./overview.ts";
import { partitionsView } from "./partitions.ts";
import { topicsView } from "./topics.ts";
import { type Listing, list, type ViewContext } from "./view.ts";

/** The rows of a screen, filtered, sorted and placed. */
export function listScreen(
  screen: Screen,
  options: Omit<TableOptions, "sort"> & { readonly sort: SortOrder | undefined },
  context: ViewContext,
): Listing {
  switch (screen.view) {
    case "overview":
      return list(overviewView(context), options, context);
    case "topics":
      return list(topicsView(context), options, context);
    case "partitions":
      return list(partitionsView(screen.topic, context), options, context);
    case "messages":
      return list(messagesView(context), options, context);
    case "message":
      return list(messageView(screen.record, context), options, context);
    case "configs":
      return list(configsView(screen.topic, context), options, context);
    case "brokers":
      return list(brokersView(context), options, context);
    case "events":
      return list(eventsView(context), options, context);
    case "groups":
      return list(groupsView(context), options, context);
    case "lag":
      return list(lagView(screen.groupId, context), options, context);
  }
}
