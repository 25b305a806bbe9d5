#!/bin/sh
# Makes src/learned/generated/tuning_pb.ts from tuning.proto. Needs Python 3, npm and the network.
set -eu
grpcio=1.85.1 # brings protoc
protobuf=2.17.0 # the version of @bufbuild/protobuf that the package depends on

here=$(cd "$(dirname "$0")" && pwd)
generated="$here/../src/learned/generated"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

python3 -m venv "$work/venv"
"$work/venv/bin/pip" -q install "grpcio-tools==$grpcio"
npm --prefix "$work" install --silent "@bufbuild/protoc-gen-es@$protobuf"
"$work/venv/bin/python" -m grpc_tools.protoc -I "$here" \
  --plugin="protoc-gen-es=$work/node_modules/.bin/protoc-gen-es" \
  --es_out="$generated" --es_opt=target=ts,import_extension=ts,erasable_syntax=true \
  "$here/tuning.proto"
"$here/../../../node_modules/.bin/biome" check --write "$generated"
