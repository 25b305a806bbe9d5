#!/bin/sh
# Makes everything under src/generated and the copy of onnx.proto in this folder, from the versions named here:
#   sh packages/onnx/proto/generate.sh
# Needs Python 3, npm and the network. Run it when ONNX publishes a new operator set, and commit what it writes.
set -eu
onnx=1.23.2
grpcio=1.85.1 # brings protoc
protobuf=2.17.0 # the version of @bufbuild/protobuf that the package depends on

here=$(cd "$(dirname "$0")" && pwd)
generated="$here/../src/generated"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

python3 -m venv "$work/venv"
"$work/venv/bin/pip" -q install "onnx==$onnx" "grpcio-tools==$grpcio"
npm --prefix "$work" install --silent "@bufbuild/protoc-gen-es@$protobuf"

# The file in the wheel with the types of classical machine learning; the other one differs in a comment.
cp "$work/venv/lib/"python3*/site-packages/onnx/onnx-ml.proto "$here/onnx.proto"
# erasable_syntax: constant objects instead of TypeScript's enums, so that Node runs the source as it is.
"$work/venv/bin/python" -m grpc_tools.protoc -I "$here" \
  --plugin="protoc-gen-es=$work/node_modules/.bin/protoc-gen-es" \
  --es_out="$generated" --es_opt=target=ts,import_extension=ts,erasable_syntax=true \
  "$here/onnx.proto"
"$work/venv/bin/python" "$here/operators.py" > "$generated/operators.ts"
"$here/../../../node_modules/.bin/biome" check --write "$generated"
