/** What a kind of event means, for whoever runs the broker, in Markdown. */
export interface EventMeaning {
  readonly meaning: string;
  /** What to do about it; empty: nothing. */
  readonly action: string;
}

const info = (meaning: string): EventMeaning => ({ meaning, action: "" });
const act = (meaning: string, action: string): EventMeaning => ({ meaning, action });

/** Every kind of event that a broker writes down; programs go by these names. */
export const EVENT_KINDS = {
  "broker-started": info("it serves"),
  crashed: act(
    "a bug has ended it; the event says where",
    "report it with the log's `crashed` line; start it again, if nothing does",
  ),

  "writes-refused": act(
    "its disk is full, or has failed: it takes no records",
    "[A full disk](#a-full-disk), [a failing disk](#a-failing-disk)",
  ),
  "writes-resumed": info("it takes records again"),
  "disk-low": act(
    "less is free than four times what is kept free of records",
    "make room: `weir check disk`, `log.retention.bytes`",
  ),
  "records-damaged": act(
    "these offsets can't be read",
    "with another copy nothing: `records-repaired` follows; else [Damage](#damage)",
  ),
  "records-repaired": info("damaged records are whole again, from another copy"),
  "records-not-repaired": act(
    "the other copy can't replace them: it has other batches there, or they are more than 64 MiB",
    "make a new copy: stop the broker, empty its directory, start it; or `weir log repair`",
  ),
  "repair-failed": act(
    "they couldn't be fetched now; it is tried every 10 s, and told once for each reason",
    "see that the other broker is there, and can read them itself",
  ),
  "file-rebuilt": act(
    "an index or a checkpoint was damaged, and was made anew; nothing is lost",
    "more than one: look at the disk",
  ),
  "file-not-removed": act(
    "a file that isn't needed any more couldn't be removed; it is tried again",
    "look at the disk, and at the directory's permissions",
  ),

  "topic-created": info("somebody made a topic"),
  "topic-deleted": info("somebody deleted one"),
  "partitions-added": info("a topic has more partitions"),
  "topic-config-changed": info("a topic's setting is another"),

  "follower-connected": info("a slave follows"),
  "follower-disconnected": act(
    "a slave's, or another broker's, connection is gone",
    "is it there? It comes back by itself: `follower-connected`, `isr-expanded`",
  ),
  "isr-shrunk": act(
    "a copy fell behind: acks of all go on without it, or are refused, as its topic says",
    "its broker, its disk and the network between; `weir check replication` says how far it is",
  ),
  "isr-expanded": info("all of a broker's copies are in sync again"),
  degraded: act(
    "acks of all are given though a synchronous copy is missing",
    "bring the copy back; until then a second failure may lose what is acked",
  ),
  "degraded-ended": info("no more is acked alone; the event says how many records were"),
  "records-not-copied": act(
    "damaged records are missing in a new copy",
    "repair them here before the other copies go; [Damage](#damage)",
  ),
  "writes-fenced": act(
    "it acks nothing: its slave isn't heard, or its lease may have ended, and another may lead",
    "the slave, etcd, and the network between; it ends by itself: `writes-unfenced`",
  ),
  "writes-unfenced": info("it acks again"),

  following: info("a slave follows this master"),
  "master-lost": act(
    "a slave doesn't hear its master",
    "is that there? If it is gone for good: `weir promote`",
  ),
  promoted: act("it is the master now", "if nobody meant that: see who ran `weir promote`"),
  fenced: info("another broker was promoted: it follows that from now on"),
  "records-cut": act(
    "records that this broker alone had were cut, and kept in `cut/` of its directory",
    "they were not acked by all; `weir log dump` reads them, if somebody misses them",
  ),
  "groups-not-read": act(
    "what is stored of consumer groups couldn't be read",
    "the message says why; see the disk, then restart it",
  ),

  "broker-there": info("a broker of the cluster is there"),
  "broker-stopping": info("one is about to stop; others take over first"),
  "broker-gone": act(
    "a broker's lease has ended; others lead what it led",
    "start it again: it catches up by itself",
  ),
  "broker-failed": act("a broker's disk has failed", "replace the disk; it may start with none"),
  "broker-cut-off": act(
    "a broker hears none of the others; they lead what it led",
    "the network between them",
  ),
  "broker-heard": info("it hears the others again"),
  "leader-lost": act(
    "the broker that this one copies from isn't heard",
    "`weir check replication`: is it there?",
  ),
  controller: info("this broker chooses leaders from now on"),
  "leaders-chosen": info("partitions got other leaders"),
  "unclean-election": act(
    "a copy leads that wasn't in sync, as the topic allows: records may be lost",
    "if that must not be: `unclean.leader.election.enable=false`, and bring others back instead",
  ),
  "copy-removed": info("a copy was moved to other brokers, and deleted here"),
  "lease-lost": act(
    "its place in the cluster was given up: it was stopped, or cut off from etcd, for too long",
    "it comes back by itself; often: `cluster.lease.ms`, the machine's load, etcd's disk",
  ),
  "etcd-away": act(
    "etcd doesn't answer: no leader, no topic, no ISR can change; soon nothing is acked",
    "etcd's members, and the network to them",
  ),
  "etcd-back": info("etcd answers again"),
  "etcd-outdated": act(
    "etcd was restored from an older state: this broker leads nothing by it",
    "[When etcd is away](cluster.md#when-etcd-is-away)",
  ),
  "roles-not-taken": act(
    "what etcd says can't be done here: the disk, or a name that is taken; it is tried again",
    "the message says why",
  ),
  "metadata-unreadable": act(
    "somebody has put something into etcd that can't be read; it is passed over",
    "put the key right: [What etcd keeps](cluster.md#what-etcd-keeps)",
  ),
  "metadata-readable": info("all of it can be read again"),
} as const satisfies Readonly<Record<string, EventMeaning>>;

/** The name of a kind of event. */
export type EventKind = keyof typeof EVENT_KINDS;
