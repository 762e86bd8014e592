#!/bin/sh
# unpack-xgboost.sh FOLDER - XGBoost's shared library for linux on $TARGETARCH, as install.mjs pins and checks it, and the
# wheel's metadata, which tells scanners what it is. Nothing of its Python.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
case $TARGETARCH in
  amd64) platform=linux-x64 ;;
  *) platform=linux-$TARGETARCH ;;
esac
[ ! -f /run/ca.crt ] || export PIP_CERT=/run/ca.crt
node "$here/install.mjs" "$platform"
mv "$here"/../.cache/xgboost-* "$1"
find "$1" -type f -name '*.py' -delete
find "$1" -type d -empty -delete
find "$1" -exec touch -h -d @0 {} +
