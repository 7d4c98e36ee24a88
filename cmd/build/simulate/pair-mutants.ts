import { type Mutant, mutantOf } from "./mutant.ts";

/** Bugs of replication: lost cases that Kafka had, and those that the simulator has found here. */
const pair = (
  name: string,
  file: string,
  find: string,
  replace: string,
  finder: string | number | null = null,
): Mutant => mutantOf("pair", name, [{ file, find, replace }], finder);

export const PAIR_MUTANTS: readonly Mutant[] = [
  mutantOf("pair", "ack before the follower's fsync", [
    {
      file: "replication/follower.ts",
      find: "    this.marks([marks]);\n",
      replace: "    this.#progress(followed, bytes.length);\n    this.marks([marks]);\n",
    },
    {
      file: "replication/follower.ts",
      find: "offsets.push([index, log.durableOffset]);",
      replace: "offsets.push([index, log.endOffset]);",
    },
  ]),
  pair(
    "high watermark moved by what was sent",
    "replication/send-queue.ts",
    "else this.#path.outlet.batches(tell(sent), pieces);",
    "else this.#path.outlet.batches(tell(sent), pieces), " +
      "led.copied(this.#path.brokerId, sent.nextOffset, this.#path.nowMs());",
  ),
  pair(
    "acks of all don't wait for the copies",
    "broker/appends.ts",
    "if (acks === -1) log.commits.wait(outcome.lastOffset + 1, log.highWatermark, committed);",
    "if (acks < -1) log.commits.wait(outcome.lastOffset + 1, log.highWatermark, committed);",
  ),
  pair(
    "a follower cuts to its high watermark first (KIP-101)",
    "replication/follower.ts",
    "    this.#untold.add(followed);\n    this.#ask(followed);",
    "    this.#untold.add(followed);\n    if (log.highWatermark < log.endOffset) {\n" +
      "      this.#cutting.push({ followed, offset: log.highWatermark });\n" +
      "      this.#cutAll();\n    } else this.#ask(followed);",
  ),
  pair(
    "divergence found by offsets, not by epochs (KIP-101)",
    "replication/leader-session.ts",
    "(end.epoch !== lastEpoch || endOffset > end.endOffset)",
    "endOffset > log.endOffset",
  ),
  pair(
    "cut where the leader's epoch ends, whatever the follower's was (KIP-279)",
    "replication/follower.ts",
    "const ownEnd = own.epoch < 0 ? log.startOffset : own.endOffset;",
    "const ownEnd = own.epoch < -1 ? log.startOffset : log.endOffset;",
  ),
  pair(
    "divergence cut forgotten",
    "replication/follower.ts",
    "this.#cutting.push({ followed, offset });",
    "this.#cutting.push({ followed, offset: Math.max(offset, log.endOffset) });",
  ),
  pair(
    "ISR expand too early",
    "replication/partition-copies.ts",
    "if (copy.offset >= Math.max(this.#highWatermark, this.#firstOffset)) {",
    "if (copy.offset >= 0) {",
  ),
  pair(
    "ISR shrink told to nobody",
    "replication/leader.ts",
    "this.degraded.set(led, led.copies.degraded);",
    "",
  ),
  pair(
    "a restart forgets who was in the ISR, and acks alone",
    "replication/leader.ts",
    'follower.lost ? "missing" : "in"',
    'follower.lost ? "missing" : "new"',
  ),
  pair(
    "a restart commits all that it has before it knows of its slave",
    "broker/pair/take-lead.ts",
    "  if (promoted) lead();",
    "  lead();",
  ),
  pair(
    "a restart takes a copy to be in sync that lacks what was committed",
    "replication/partition-copies.ts",
    'if (copy.standing === "in" && offset < this.#highWatermark) this.#drop(copy, nowMs);',
    "",
  ),
  pair(
    "a copy that was silent never comes back into the ISR of an idle log",
    "replication/partition-copies.ts",
    "else if (isRecent && isUnproposed(copy)) this.#join(copy, nowMs);",
    "else if (nowMs < 0) this.#join(copy, nowMs);",
  ),
  mutantOf("pair", "old master not fenced", [
    {
      file: "broker/pair/pair-role.ts",
      find: "if (epoch > this.#epoch) await",
      replace: "if (epoch > this.#epoch && !this.#leader) await",
    },
    {
      file: "broker/pair/pair-role.ts",
      find: "const isOutdated = () => this.#announcedEpoch > epoch;",
      replace: "const isOutdated = () => false;",
    },
  ]),
  mutantOf("pair", "a fenced master's records acked by what its successor commits", [
    {
      file: "broker/appends.ts",
      find: "if (leader.led(log) !== led) {",
      replace: "if (log.removed) {",
    },
    {
      file: "storage/commit-queue.ts",
      find: "if (this.refusal) done(this.refusal);\n    else if",
      replace: "if",
    },
  ]),
  mutantOf("pair", "an announcement that has waited takes an epoch back", [
    {
      file: "broker/pair/pair-role.ts",
      find: "    const { epoch, clusterId } = announcement;\n",
      replace: "    const { epoch, clusterId } = announcement;\n    const before = this.#epoch;\n",
    },
    {
      file: "broker/pair/pair-role.ts",
      find: "if (epoch > this.#epoch) await",
      replace: "if (epoch > before) await",
    },
  ]),
  pair(
    "epoch reused after a restart",
    "broker/pair/pair-role.ts",
    "await this.#lead(this.#epoch + (leadership ? 1 : 0), false);",
    "await this.#lead(this.#epoch, false);",
  ),
  pair(
    "promotion without a higher epoch",
    "broker/pair/take-lead.ts",
    "return epochOfPromotion(leaderEpoch, brokerId, other ?? leaderId);",
    "return leaderEpoch;",
  ),
  pair(
    "both brokers promoted to the same epoch",
    "broker/membership/epochs.ts",
    "return brokerId < otherId ? first : first + EPOCHS_PER_BROKER;",
    "return brokerId < otherId ? first : first;",
  ),
  pair(
    "a promotion told before it is durable",
    "broker/pair/take-lead.ts",
    "await metadata.putLeadership({ brokerId, epoch });",
    "void metadata.putLeadership({ brokerId, epoch }).catch(() => {});",
  ),
  pair("a promoted slave still cuts", "replication/follower.ts", "    await this.#cut;", ""),
  pair(
    "promotion says that nothing is missing",
    "broker/membership/replication-status.ts",
    "missing.push({ log: name, leaderEndOffset, endOffset });",
    "",
  ),
  pair(
    "follower serves beyond the high watermark",
    "broker/pair/take-copies.ts",
    "Math.min(durable, following()?.toldHighWatermark(log) ?? -1);",
    "durable;",
  ),
  pair(
    "metadata from the wrong epoch",
    "broker/pair/pair-role.ts",
    "        this.#epoch = Math.max(this.#epoch, epoch);\n",
    "",
  ),
  pair(
    "producers unknown to a promoted slave",
    "storage/appender.ts",
    "if (log.producers.admit(buffer, at, nowMs)) this.#path.newProducer();",
    "if (leaderEpoch !== null && log.producers.admit(buffer, at, nowMs)) this.#path.newProducer();",
  ),
  pair(
    "a switch doesn't wait for the slave",
    "broker/pair/hand-over.ts",
    "if (!(await within(clock, DRAIN_MS, () => missing() === 0))) {",
    "if (missing() < 0 && !(await within(clock, DRAIN_MS, () => false))) {",
  ),
  pair(
    "a slave beats that doesn't hear its master",
    "broker/membership/following.ts",
    "else this.#listenLater(end);",
    "else {\n        this.#copier?.answer(Number.MAX_SAFE_INTEGER);\n" +
      "        this.#listenLater(end);\n      }",
  ),
  pair(
    "high watermark moved by a master that has fenced itself",
    "replication/partition-copies.ts",
    "    if (this.#fenced || this.#authority?.isOutdated()) return;\n",
    "",
  ),
  pair(
    "metadata empty while it is read anew",
    "metadata/embedded-store.ts",
    "      await this.#replay(state);\n      this.#state = state;",
    "      this.#state = state;\n      await this.#replay(state);",
  ),
  pair(
    "what a fenced master had decided stays unknown to it",
    "broker/pair/pair-role.ts",
    "      await rereadMetadataIfPossible(this.#path);\n    }\n    if (this.#following)",
    "    }\n    if (this.#following)",
  ),
  pair(
    "what is written behind a cut passes for damage to who reads there",
    "storage/log-reader.ts",
    "  if (cutCount === before) return;\n",
    "  if (cutCount >= before) return;\n",
    "what is written behind a cut doesn't pass for damage to who was reading there",
  ),
  pair(
    "a promotion goes on that has been told of a later one",
    "broker/pair/pair-role.ts",
    "    if (isOutdated()) throw leadsAlready(this.#announcedEpoch);\n",
    "",
    "a promotion that is told of a later one before it is done comes to nothing",
  ),
  pair(
    "promotion doesn't announce topics that the slave hasn't heard of",
    "broker/membership/following.ts",
    "if (!hasBegun() || !copier.isInformed || !this.#path.hasAllLogs()) return;",
    "if (!hasBegun() || !copier.isInformed) return;",
    "a promotion says what may be lost of topics that the slave hasn't heard of",
  ),
  pair(
    "a slave is told to be in sync that lacks what its master had at its start",
    "replication/followers.ts",
    'if (copy?.synchronous && (copy.standing !== "in" || copy.isPresumed)) missingIn.add(led);',
    'if (copy?.synchronous && copy.standing !== "in") missingIn.add(led);',
    "a slave with a new disk isn't told to be in sync by a master that was restarted",
  ),
  pair(
    "a restarted master isn't fenced before it has not heard its slave for long",
    "replication/known-follower.ts",
    'const knownSinceMs = origin === "known" ? Number.NEGATIVE_INFINITY : nowMs;',
    "const knownSinceMs = nowMs;",
    "a restarted master acks nothing before it has heard its slave, which may lead by now",
  ),
  mutantOf(
    "pair",
    "a file stays open whose segment was given up as the disk was full",
    [
      {
        file: "storage/log-changes.ts",
        find: "files.dropFolder(log.directory);",
        replace:
          "for (const { logPath } of [...log.segments, ...log.cutSegments]) files.drop(logPath);",
      },
      {
        file: "storage/segments/file-cache.ts",
        find: "    this.dropFolder(directory);\n    return",
        replace: "    return",
      },
    ],
    "a topic that is made anew doesn't write to a file of the one that was there",
  ),
  pair(
    "a master that is stopped hands over to whoever follows it",
    "broker/pair/hand-over.ts",
    'if (leader.isStopped) throw new BrokerError("shutting-down", "the broker is shutting down");',
    "",
    "a master that is stopped in the middle of a switch hands over nothing",
  ),
];
