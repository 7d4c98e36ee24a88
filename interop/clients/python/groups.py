"""What a program with librdkafka does in a group: python groups.py HOST:PORT TOPIC GROUP COUNT STRATEGY.

Two consumers, one of them a static member, share the topic's partitions until they have COUNT
records. Prints one JSON object of what they and an admin client were told.
"""

import json
import sys
import time

from confluent_kafka import Consumer, ConsumerGroupTopicPartitions
from confluent_kafka.admin import AdminClient

broker, topic, group, count, strategy = sys.argv[1:]
settings = {
    "bootstrap.servers": broker,
    "group.id": group,
    "auto.offset.reset": "earliest",
    "enable.auto.commit": False,
    "session.timeout.ms": 6000,
    "heartbeat.interval.ms": 200,
    "partition.assignment.strategy": strategy,
}
told = {"values": []}


def consumer(**more):
    made = Consumer({**settings, **more})
    made.subscribe([topic])
    return made


consumers = [consumer(), consumer(**{"group.instance.id": "static"})]


def poll():
    for each in consumers:
        message = each.poll(0.02)
        if message is not None and message.error() is None:
            told["values"].append(message.value().decode())
            each.commit(message, asynchronous=False)


deadline = time.monotonic() + 30
while len(told["values"]) < int(count) and time.monotonic() < deadline:
    poll()
while not all(each.assignment() for each in consumers) and time.monotonic() < deadline:
    poll()
told["assignments"] = [[p.partition for p in each.assignment()] for each in consumers]

admin = AdminClient({"bootstrap.servers": broker})


def result(futures):
    (future,) = futures.values()
    return future.result(10)


described = result(admin.describe_consumer_groups([group]))
told["state"] = described.state.name
told["instances"] = sorted(member.group_instance_id or "" for member in described.members)

# A static member's successor takes its place: the others notice nothing.
consumers[1].close()
consumers[1] = consumer(**{"group.instance.id": "static"})
while not consumers[1].assignment() and time.monotonic() < deadline:
    poll()
told["successor"] = [p.partition for p in consumers[1].assignment()]
for each in consumers:
    each.close()

listed = admin.list_consumer_groups().result(10)
told["listed"] = [each.group_id for each in listed.valid]
offsets = result(admin.list_consumer_group_offsets([ConsumerGroupTopicPartitions(group)]))
told["committed"] = sum(p.offset for p in offsets.topic_partitions)
print(json.dumps(told))
