#!/usr/bin/env bash
# Builds librdkafka's own tests out of the sources in Confluent's npm package: gcc, make, python3.
# With RapidJSON's headers there, two tests more.
set -euo pipefail
package=@confluentinc/kafka-javascript@1.10.1
home=$(cd "$(dirname "$0")/../.." && pwd)/dist/interop/librdkafka
[ -x "$home/tests/test-runner" ] && exit 0
rm -rf "$home" && mkdir -p "$home.download"
(cd "$home.download" && npm pack --silent "$package" >/dev/null && tar xzf ./*.tgz)
mv "$home.download/package/deps/librdkafka" "$home" && rm -rf "$home.download"
cd "$home"
{
  ./configure --disable-ssl --disable-gssapi --disable-curl --disable-sasl
  make -C src librdkafka.a librdkafka.so.1
  make -C src-cpp
  make -C tests test-runner
} >build.log 2>&1 || { tail -20 build.log >&2; exit 1; }
