#!/usr/bin/env bash
# librdkafka's tests look for Kafka's tool under this name.
jars=$(cd "$(dirname "$0")/../../../../dist/interop/java" && pwd)
exec java -cp "$jars/*" org.apache.kafka.tools.TopicCommand "$@"
