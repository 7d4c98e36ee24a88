#!/usr/bin/env bash
# Installs other people's clients in pinned versions, each where its runtime is there: kafkajs (npm),
# librdkafka by confluent-kafka (python3), Apache Kafka's own tools (Java 17 and Maven).
# kcat comes with the system: apt-get install kcat.
set -euo pipefail
cd "$(dirname "$0")/clients"
installed=$(cd ../.. && pwd)/dist/interop
mkdir -p "$installed"

has() { command -v "$1" >/dev/null; }

(cd kafkajs && npm ci --silent --no-audit --no-fund)

if has python3 && [ ! -x "$installed/python/bin/python" ]; then
  python3 -m venv "$installed/python"
  "$installed/python/bin/pip" install --quiet --disable-pip-version-check -r python/requirements.txt
fi

(cd platformatic && npm ci --silent --no-audit --no-fund)

# For each of these folders, the jars that its pom.xml names.
if has java && has mvn; then
  for name in java streams connect old; do
    [ -d "$installed/$name" ] || mvn --quiet --batch-mode --file "$name/pom.xml" \
      dependency:copy-dependencies -DincludeScope=runtime -DoutputDirectory="$installed/$name"
  done
fi
