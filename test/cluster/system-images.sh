#!/usr/bin/env bash
# system-images.sh BIN FOLDER - FOLDER/{pause,coredns}.tar: each program as an image localhost/NAME:1 of one layer, as
# `docker save` writes it. No builder is needed for so little, and the same program gives the same archive.
set -euo pipefail
bin=$1 folder=$2
case $(uname -m) in
  x86_64) architecture=amd64 ;;
  aarch64) architecture=arm64 ;;
  *) architecture=$(uname -m) ;;
esac

archive() { # NAME USER: unless it is newer than the program
  local name=$1 user=$2 work layer
  if [ "$folder/$name.tar" -nt "$bin/$name" ]; then return; fi
  work=$(mktemp -d)
  tar --mtime=@0 --owner=0 --group=0 --numeric-owner -C "$bin" -cf "$work/layer.tar" "$name"
  layer=$(sha256sum "$work/layer.tar" | cut -d' ' -f1)
  cat >"$work/config.json" <<JSON
{
  "architecture": "$architecture",
  "os": "linux",
  "config": { "Entrypoint": ["/$name"], "User": "$user" },
  "rootfs": { "type": "layers", "diff_ids": ["sha256:$layer"] }
}
JSON
  echo "[{\"Config\":\"config.json\",\"RepoTags\":[\"localhost/$name:1\"],\"Layers\":[\"layer.tar\"]}]" >"$work/manifest.json"
  tar -C "$work" -cf "$folder/$name.tar.new" config.json layer.tar manifest.json
  mv "$folder/$name.tar.new" "$folder/$name.tar"
  rm -rf "$work"
}

mkdir -p "$folder"
archive pause 65535
archive coredns 0
