"""What a program with librdkafka does: python client.py HOST:PORT.

Prints one JSON object of what it was told. Partitions are assigned by hand; groups.py has groups.
"""

import json
import sys

from confluent_kafka import Consumer, KafkaException, Producer, TopicPartition
from confluent_kafka.admin import (
    AdminClient,
    AlterConfigOpType,
    ConfigEntry,
    ConfigResource,
    NewPartitions,
    NewTopic,
    OffsetSpec,
    ResourceType,
)

broker = sys.argv[1]
settings = {"bootstrap.servers": broker}
told = {}

admin = AdminClient(settings)


def settled(futures):
    """The result of each future, or its error's name, by the text of its key."""

    def outcome(future):
        try:
            return future.result(10)
        except KafkaException as error:
            return error.args[0].name()

    return {str(key): outcome(future) for key, future in futures.items()}


topic = NewTopic("rdkafka", num_partitions=2, config={"retention.ms": "1000000"})
told["created"] = settled(admin.create_topics([topic]))
told["createdAgain"] = settled(admin.create_topics([topic]))
told["badName"] = settled(admin.create_topics([NewTopic("bad/name")]))
told["grown"] = settled(admin.create_partitions([NewPartitions("rdkafka", 3)]))

entry = ConfigEntry("retention.ms", "2000000", incremental_operation=AlterConfigOpType.SET)
resource = ConfigResource(ResourceType.TOPIC, "rdkafka", incremental_configs=[entry])
settled(admin.incremental_alter_configs([resource]))
(config,) = settled(admin.describe_configs([ConfigResource(ResourceType.TOPIC, "rdkafka")])).values()
told["retention"] = config["retention.ms"].value
told["cluster"] = [str(node.id) for node in admin.describe_cluster().result(10).nodes]


def produce(partition, values, **options):
    """Produces values and resolves with the offset of each, or its error's name."""
    producer = Producer({**settings, **options})
    offsets = [None] * len(values)

    def delivered(i):
        def note(error, message):
            offsets[i] = error.name() if error else message.offset()

        return note

    for i, value in enumerate(values):
        producer.produce(
            "rdkafka",
            value,
            key=f"key {i}",
            partition=partition,
            headers=[("h", str(i)), ("none", None)],
            on_delivery=delivered(i),
        )
        producer.poll(0)
    producer.flush(30)
    return offsets


values = [f"value {i}" for i in range(100)]
told["plain"] = produce(0, values)
told["null"] = produce(0, [None])
told["idempotent"] = produce(1, values, **{"enable.idempotence": True, "linger.ms": 0})
told["codecs"] = {
    codec: produce(2, values, **{"compression.type": codec})[0]
    for codec in ("gzip", "snappy", "lz4", "zstd")
}

consumer = Consumer(
    {
        **settings,
        "group.id": "none",
        "enable.auto.commit": False,
        "auto.offset.reset": "error",
        "enable.partition.eof": True,
        "check.crcs": True,
        "fetch.wait.max.ms": 50,
    }
)
told["watermarks"] = consumer.get_watermark_offsets(TopicPartition("rdkafka", 2), timeout=10)
found = consumer.offsets_for_times([TopicPartition("rdkafka", 1, 0)], timeout=10)
told["firstByTime"] = found[0].offset
consumer.assign([TopicPartition("rdkafka", partition, 0) for partition in range(3)])
read = {0: [], 1: [], 2: []}
open_partitions = set(read)
while open_partitions:
    message = consumer.poll(10)
    if message is None:
        break
    if message.error():
        open_partitions.discard(message.partition())
        continue
    value = message.value()
    read[message.partition()].append(None if value is None else value.decode())
    if message.partition() == 1:
        headers = message.headers()
        told["lastHeaders"] = [[name, text and text.decode()] for name, text in headers]
told["read"] = list(read.values())
consumer.assign([TopicPartition("rdkafka", 0, 1000)])
message = consumer.poll(10)
told["outOfRange"] = message.error().name()
consumer.close()

latest = admin.list_offsets({TopicPartition("rdkafka", 2): OffsetSpec.latest()})
told["latest"] = [result.offset for result in settled(latest).values()]
removed = admin.delete_records([TopicPartition("rdkafka", 2, 150)])
told["lowWatermark"] = [result.low_watermark for result in settled(removed).values()]
settled(admin.create_topics([NewTopic("rdkafka-gone")]))
told["deleted"] = settled(admin.delete_topics(["rdkafka-gone"]))
told["deletedAgain"] = settled(admin.delete_topics(["rdkafka-gone"]))
names = admin.list_topics(timeout=10).topics
told["topics"] = sorted(name for name in names if not name.startswith("__"))
print(json.dumps(told))
