import {
  type Etcd,
  type EtcdEntry,
  EtcdError,
  type EtcdListing,
  type EtcdOutcome,
} from "../../etcd.ts";
import { type EtcdAccess, Gateway } from "./gateway.ts";
import {
  compareOf,
  encoded,
  entryOf,
  fieldsOf,
  listOf,
  numberOf,
  rangeOf,
  requestOf,
  revisionOf,
} from "./messages.ts";
import { watch } from "./watch.ts";

/** So many keys are read at a time. */
const PAGE_KEYS = 2000;

/** etcd (version 3.4 or later) by its JSON gateway, which its members serve beside gRPC. */
export function bunEtcd(access: EtcdAccess): Etcd {
  const gateway = new Gateway(access);
  return {
    list: (prefix) => list(gateway, prefix),
    commit: async (conditions, changes) => {
      const answer = await gateway.call("/v3/kv/txn", {
        compare: conditions.map(compareOf),
        success: changes.map(requestOf),
        failure: conditions.map(({ key }) => ({ request_range: { key: encoded(key) } })),
      });
      return outcomeOf(answer);
    },
    grantLease: async (ttlMs) => {
      const { ID, TTL } = await gateway.call("/v3/lease/grant", { TTL: Math.ceil(ttlMs / 1000) });
      if (typeof ID !== "string") throw new EtcdError("refused", "etcd gave no lease");
      return { id: ID, ttlMs: numberOf(TTL) * 1000 };
    },
    keepAlive: async (leaseId, timeoutMs) => {
      const { result } = await gateway.call("/v3/lease/keepalive", { ID: leaseId }, timeoutMs);
      if (numberOf(fieldsOf(result).TTL) > 0) return;
      throw new EtcdError("no-lease", `lease ${leaseId} has ended`);
    },
    revokeLease: async (leaseId) => {
      try {
        await gateway.call("/v3/lease/revoke", { ID: leaseId });
      } catch (error) {
        if (!(error instanceof EtcdError) || error.code !== "no-lease") throw error;
      }
    },
    watch: (prefix, fromRevision, events) => watch(gateway, prefix, fromRevision, events),
  };
}

/** Reads a page after the other, all as of the first one's revision. */
async function list(gateway: Gateway, prefix: string): Promise<EtcdListing> {
  const entries: EtcdEntry[] = [];
  let revision = 0;
  let { key, range_end } = rangeOf(prefix);
  for (;;) {
    const at = revision > 0 ? { revision: `${revision}` } : {};
    const page = { key, range_end, limit: PAGE_KEYS, ...at };
    const answer = await gateway.call("/v3/kv/range", page);
    if (revision === 0) revision = revisionOf(answer);
    entries.push(...listOf(answer.kvs).map(entryOf));
    const last = entries.at(-1);
    if (answer.more !== true || !last) return { revision, entries };
    key = encoded(`${last.key}\0`);
  }
}

function outcomeOf(answer: Record<string, unknown>): EtcdOutcome {
  const revision = revisionOf(answer);
  if (answer.succeeded === true) return { done: true, revision };
  const found = listOf(answer.responses).flatMap((response) =>
    listOf(fieldsOf(fieldsOf(response).response_range).kvs).map(entryOf),
  );
  return { done: false, revision, found };
}
