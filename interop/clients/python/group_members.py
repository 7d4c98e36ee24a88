"""Members of a group, each a process of its own: python group_members.py SETTINGS, JSON.

    {"broker": "HOST:PORT", "topic": "t", "group": "g", "strategy": "range"}

Takes a line for each member to be started, its name, and forks it. A member ends by SIGTERM, after
leaving its group. All print lines of the form "MILLISECONDS NAME EVENT ...", each in one write:

    started PID
    assigned P P P       it has these partitions now, all of them
    revoked              it has none any more
    read P:FROM-TO ...   it has read these offsets, TO not included
    committed P:O ...    the broker has acked these
    refused ERROR        ... or refused them
    leaving              it is about to leave the group
    left                 it has left
"""

import json
import os
import signal
import sys
import time

from confluent_kafka import Consumer, KafkaException, TopicPartition

settings = json.loads(sys.argv[1])
COMMIT_EVERY_S = 0.3
LINE_BYTES = 3500


def member(name):
    running = True

    def stop(*_):
        nonlocal running
        running = False

    def tell(*words):
        os.write(1, (" ".join([str(int(time.time() * 1000)), name, *words]) + "\n").encode())

    def tell_all(event, words):
        """In several lines where one would be longer than what a pipe takes at once."""
        while words:
            count = max(1, LINE_BYTES // (max(map(len, words)) + 1))
            tell(event, *words[:count])
            words = words[count:]

    def assigned(consumer, partitions):
        nexts.clear()
        tell("assigned", *(str(p.partition) for p in partitions))

    def revoked(consumer, partitions):
        commit(consumer)
        nexts.clear()
        tell("revoked")

    def lost(consumer, partitions):
        nexts.clear()
        tell("revoked")

    def commit(consumer):
        if not nexts:
            return
        offsets = [TopicPartition(settings["topic"], p, o) for p, o in nexts.items()]
        try:
            done = consumer.commit(offsets=offsets, asynchronous=False)
            nexts.clear()
            tell_all("committed", [f"{p.partition}:{p.offset}" for p in done if not p.error])
        except KafkaException as error:
            tell("refused", error.args[0].name())

    signal.signal(signal.SIGTERM, stop)
    tell("started", str(os.getpid()))
    consumer = Consumer(
        {
            "bootstrap.servers": settings["broker"],
            "group.id": settings["group"],
            "client.id": name,
            "partition.assignment.strategy": settings["strategy"],
            "auto.offset.reset": "earliest",
            "enable.auto.commit": False,
            "session.timeout.ms": 6000,
            "max.poll.interval.ms": 20000,
            "heartbeat.interval.ms": 300,
            "reconnect.backoff.ms": 10,
            "reconnect.backoff.max.ms": 200,
            "fetch.wait.max.ms": 200,
            "queued.max.messages.kbytes": 1024,
            "log_level": 0,
        }
    )
    nexts = {}
    consumer.subscribe([settings["topic"]], on_assign=assigned, on_revoke=revoked, on_lost=lost)
    last_commit = time.monotonic()
    while running:
        ranges = {}
        for message in consumer.consume(500, 0.1):
            if message.error():
                continue
            partition, offset = message.partition(), message.offset()
            first, end = ranges.get(partition, (offset, offset))
            if offset != end:
                tell("read", f"{partition}:{first}-{end}")
                first = offset
            ranges[partition] = (first, offset + 1)
            nexts[partition] = offset + 1
        tell_all("read", [f"{p}:{first}-{end}" for p, (first, end) in ranges.items()])
        if time.monotonic() - last_commit > COMMIT_EVERY_S:
            last_commit = time.monotonic()
            commit(consumer)
    commit(consumer)
    tell("leaving")
    consumer.close()
    tell("left")
    os._exit(0)


signal.signal(signal.SIGCHLD, signal.SIG_IGN)
for line in sys.stdin:
    if os.fork() == 0:
        member(line.strip())
