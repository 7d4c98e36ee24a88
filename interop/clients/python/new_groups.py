"""Members of a group of the new protocol (KIP-848): python new_groups.py HOST:PORT GROUP COUNT.

Reads what matches "^shared-new.*", COUNT records, with two members; then with one, when the other
has left; then a static member is replaced by another of its name. Prints one JSON object.
"""

import json
import sys
import time

from confluent_kafka import Consumer, TopicPartition
from confluent_kafka.admin import AdminClient

broker, group, count = sys.argv[1], sys.argv[2], int(sys.argv[3])
values = []
assignments = {}


def member(name, topics, **options):
    consumer = Consumer(
        {
            "bootstrap.servers": broker,
            "group.id": group,
            "group.protocol": "consumer",
            "auto.offset.reset": "earliest",
            "client.id": name,
            **options,
        }
    )
    assignments[name] = set()

    def assigned(consumer, partitions):
        assignments[name] |= {(p.topic, p.partition) for p in partitions}
        consumer.incremental_assign(partitions)

    def revoked(consumer, partitions):
        assignments[name] -= {(p.topic, p.partition) for p in partitions}
        consumer.incremental_unassign(partitions)

    consumer.subscribe(topics, on_assign=assigned, on_revoke=revoked, on_lost=revoked)
    return consumer


def poll_until(done, *consumers):
    deadline = time.monotonic() + 30
    while not done() and time.monotonic() < deadline:
        for consumer in consumers:
            message = consumer.poll(0.05)
            if message is not None and message.error() is None:
                values.append(message.value().decode())
    return done()


def shares(*names):
    return sorted(len(assignments[name]) for name in names)


told = {}
first = member("first", ["^shared-new.*"])
told["alone"] = poll_until(lambda: shares("first") == [4], first)
second = member("second", ["^shared-new.*"])
told["shared"] = poll_until(lambda: shares("first", "second") == [2, 2], first, second)
told["disjoint"] = not assignments["first"] & assignments["second"]
told["read"] = poll_until(lambda: len(set(values)) >= count, first, second)
first.commit(asynchronous=False)
second.commit(asynchronous=False)

admin = AdminClient({"bootstrap.servers": broker})
described = admin.describe_consumer_groups([group])[group].result(10)
told["state"] = described.state.name
told["type"] = described.type.name
told["members"] = sorted(len(m.assignment.topic_partitions) for m in described.members)
listed = admin.list_consumer_groups().result(10).valid
told["listed"] = [g.type.name for g in listed if g.group_id == group]

second.close()
told["left"] = poll_until(lambda: shares("first") == [4], first)
first.close()

before = member("static", ["shared-new"], **{"group.instance.id": "i"})
told["static"] = poll_until(lambda: shares("static") == [4], before)
before.close()
after = member("again", ["shared-new"], **{"group.instance.id": "i"})
told["again"] = poll_until(lambda: shares("again") == [4], after)
partitions = [TopicPartition("shared-new", p) for p in range(4)]
told["committed"] = sum(p.offset for p in after.committed(partitions, 10))
after.close()
told["values"] = len(values)
told["distinct"] = len(set(values))
print(json.dumps(told))
