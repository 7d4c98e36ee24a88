"""Produces until its input ends: python produce_forever.py SETTINGS, where SETTINGS is JSON.

    {"broker": "HOST:PORT[,HOST:PORT]", "topic": "t", "partitions": 3, "recordBytes": [100],
     "recordsPerSecond": 10000, "idempotent": true, "usualRetries": false, "answerMs": 60000}

Each partition gets records with the keys 0, 1, 2 and so on, in this order; sizes take turns. Prints
"PARTITION SEQUENCE OFFSET" for each acked one. Nothing is given up: it ends with 0 only when every
record was acked.
"""

import json
import select
import sys
import time

from confluent_kafka import Producer

settings = json.loads(sys.argv[1])
payloads = [b"x" * size for size in settings["recordBytes"]]
# Tries for ever, and soon, where the client isn't to do as it does by itself.
retries = {
    "reconnect.backoff.ms": 10,
    "reconnect.backoff.max.ms": 50,
    "retry.backoff.ms": 10,
    "message.send.max.retries": 1000000,
    "message.timeout.ms": 120000,
}
producer = Producer(
    {
        "bootstrap.servers": settings["broker"],
        "enable.idempotence": settings["idempotent"],
        # Without idempotence only this keeps the order when something is tried again.
        "max.in.flight": 5 if settings["idempotent"] else 1,
        "acks": "all",
        "linger.ms": 1,
        "log_level": 0,
        # So long it waits for an answer on a connection that is there.
        "socket.timeout.ms": settings.get("answerMs", 60000),
        **({} if settings.get("usualRetries") else retries),
    }
)
failures = []
acked = []


def delivered(error, message):
    if error:
        failures.append(str(error))
    else:
        acked.append(f"{message.partition()} {message.key().decode()} {message.offset()}\n")


def tell():
    sys.stdout.write("".join(acked))
    sys.stdout.flush()
    acked.clear()


sent = 0
began = time.monotonic()
while not failures and not select.select([sys.stdin], [], [], 0)[0]:
    due = (time.monotonic() - began) * settings["recordsPerSecond"]
    while sent < due:
        sequence, partition = divmod(sent, settings["partitions"])
        try:
            payload = payloads[sent % len(payloads)]
            key = str(sequence)
            producer.produce(settings["topic"], payload, key, partition, delivered)
            sent += 1
        except BufferError:
            began = time.monotonic() - sent / settings["recordsPerSecond"]
            break
    producer.poll(0.005)
    tell()
left = producer.flush(300)
tell()
if failures or left:
    sys.exit(f"{len(failures)} failed, {left} not acked: {failures[:1]}")
