#!/usr/bin/env bash
# Installs other people's clients in pinned versions: interop/install.sh [--fast]
#
# On a Debian machine, root gets the runtimes that are missing, too; elsewhere, what has no runtime
# is left out. --fast installs only what npm brings by itself, with nothing to compile.
set -euo pipefail
cd "$(dirname "$0")/clients"
installed=$(cd ../.. && pwd)/dist/interop
mkdir -p "$installed"

has() { command -v "$1" >/dev/null; }

# An npm package and what it needs, unless that is there by the same lock file.
install_npm() {
  cmp -s "$1/package-lock.json" "$1/node_modules/.installed-lock" && return
  (cd "$1" && npm ci --silent --no-audit --no-fund && cp package-lock.json node_modules/.installed-lock)
}

install_npm kafkajs
install_npm platformatic
[ "${1:-}" != --fast ] || exit 0

if has apt-get && [ "$(id -u)" = 0 ]; then
  missing=()
  has kcat || missing+=(kcat)
  has javac || missing+=(default-jdk-headless)
  has mvn || missing+=(maven)
  has g++ && has make || missing+=(build-essential)
  [ -d /usr/include/rapidjson ] || missing+=(rapidjson-dev)
  python3 -c 'import ensurepip' 2>/dev/null || missing+=(python3 python3-venv)
  if [ ${#missing[@]} -gt 0 ]; then
    export DEBIAN_FRONTEND=noninteractive
    apt-get update -qq </dev/null
    apt-get install -qq -y --no-install-recommends "${missing[@]}" </dev/null
  fi
fi

# It brings its addon, or compiles it for some minutes.
install_npm confluent || echo "@confluentinc/kafka-javascript can't be installed here" >&2

if has python3 && [ ! -x "$installed/python/bin/python" ]; then
  python3 -m venv "$installed/python"
  "$installed/python/bin/pip" install --quiet --disable-pip-version-check -r python/requirements.txt
fi

# For each of these folders, the jars that its pom.xml names.
if has javac && has mvn; then
  for name in java streams connect old; do
    [ -d "$installed/$name" ] || mvn --quiet --batch-mode --file "$name/pom.xml" \
      dependency:copy-dependencies -DincludeScope=runtime -DoutputDirectory="$installed/$name"
  done
fi

# Go fetches what go.mod names.
if has go; then (cd go && go build -o "$installed/go/walk" .); fi

if has g++ && has make; then ../suites/build-librdkafka.sh; fi
