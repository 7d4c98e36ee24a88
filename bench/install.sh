#!/usr/bin/env bash
# Gets the brokers that `npm run bench` compares with, in pinned versions, into dist/bench, each by
# the package manager that has it: Maven, Go, Debian's. What has no such thing here is left out, and
# bench says so. On a Debian machine, root gets the runtimes that are missing, too.
set -uo pipefail
cd "$(dirname "$0")"
dist=$(cd .. && pwd)/dist
target=$dist/bench
nats_server=v2.15.2
nats_client=v1.55.0
mkdir -p "$target"

has() { command -v "$1" >/dev/null; }
is_debian_root() { has apt-get && [ "$(id -u)" = 0 ]; }

if is_debian_root; then
  export DEBIAN_FRONTEND=noninteractive
  missing=()
  has cc || missing+=(gcc libc6-dev)
  has javac || missing+=(default-jdk-headless)
  has mvn || missing+=(maven)
  has etcd || missing+=(etcd-server)
  [ -e /usr/include/librdkafka/rdkafka.h ] || missing+=(librdkafka-dev)
  [ -x "$target/rabbitmq/server/sbin/rabbitmq-server" ] && has erl || missing+=(erlang-base)
  if [ ${#missing[@]} -gt 0 ]; then
    apt-get update -qq </dev/null
    apt-get install -qq -y --no-install-recommends "${missing[@]}" </dev/null
  fi
fi

# The jars that a pom.xml names, into a folder.
install_jars() {
  [ -d "$2" ] && return
  echo "$2"
  mvn --quiet --batch-mode --file "$1" dependency:copy-dependencies -DincludeScope=runtime \
    -DoutputDirectory="$2.part" && mv "$2.part" "$2"
}

# Our load on a client library, beside its jars.
compile_load() {
  javac -classpath "$1/*" -d "$1" clients/java/Broker.java clients/java/Load.java "$2"
}

if has mvn && has javac; then
  install_jars ../interop/clients/java/pom.xml "$dist/interop/java"
  install_jars clients/java/rocketmq.xml "$target/rocketmq" &&
    compile_load "$target/rocketmq" clients/java/RocketMq.java
  install_jars clients/java/rabbitmq.xml "$target/rabbitmq/client" &&
    compile_load "$target/rabbitmq/client" clients/java/RabbitMq.java
fi

# RabbitMQ as Debian builds it, with the parts of Erlang that it names. It is unpacked, not
# installed: no service, no user.
if is_debian_root && [ ! -d "$target/rabbitmq/server" ]; then
  echo "$target/rabbitmq/server"
  mkdir -p "$target/rabbitmq/package"
  (
    cd "$target/rabbitmq/package" &&
      mapfile -t parts < <(apt-cache depends rabbitmq-server |
        sed -n 's/.*Depends: \(erlang-.*\)/\1/p') &&
      apt-get install -qq -y --no-install-recommends "${parts[@]}" </dev/null >/dev/null &&
      apt-get download -qq -o APT::Sandbox::User=root rabbitmq-server &&
      dpkg -x rabbitmq-server_*.deb . &&
      mv usr/lib/rabbitmq/lib/rabbitmq_server-* ../server
  )
  rm -r "$target/rabbitmq/package"
fi

# NATS and our load on its client library.
if has go && [ ! -x "$target/nats/nats-load" ]; then
  echo "$target/nats"
  GOBIN=$target/nats go install -ldflags=-s "github.com/nats-io/nats-server/v2@$nats_server"
  mkdir -p "$target/nats/load" && cp clients/nats.go "$target/nats/load/main.go"
  (cd "$target/nats/load" && { [ -f go.mod ] || go mod init load; } &&
    go get "github.com/nats-io/nats.go@$nats_client" && go build -o ../nats-load .)
fi

exit 0
