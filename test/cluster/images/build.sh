#!/usr/bin/env bash
# build.sh [IMAGE...] - builds operator, predictor and pipeline (or those named) from their Dockerfiles with buildah, and
# prints a line for each: its name and the tar that holds it (docker-archive), in
# ${STOCKOUT_CACHE:-${XDG_CACHE_HOME:-~/.cache}/stockout}/images. What has not changed is not built again.
# Needs root, for debootstrap and chroot; installs buildah and debootstrap where they are missing and apt-get is there.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
root=$(cd "$here/../../.." && pwd)
cache=${STOCKOUT_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/stockout}/images
certificates=/etc/ssl/certs/ca-certificates.crt
buildah=(buildah --root "$cache/store" --runroot "$cache/run" --storage-driver overlay)
mkdir -p "$cache"
# One build at a time: two would race for the store.
exec 9>"$cache/lock"
flock 9

fingerprint() { # of the files named on standard input, one a line
  (cd "$root" && LC_ALL=C sort -u | xargs -d '\n' sha256sum | sha256sum | cut -c1-16)
}

base_image() {
  local key name
  key=$( (echo package-lock.json && echo test/cluster/images/base.sh) | fingerprint)
  name=localhost/stockout-node:$key
  "${buildah[@]}" inspect --type image "$name" >/dev/null 2>&1 ||
    bash "$here/base.sh" "$name" "$cache/debian" "${buildah[@]}"
  echo "$name"
}

inputs_of() { # IMAGE: the files that may go into it, by the Dockerfile's own list of workspaces
  local workspaces
  mapfile -t workspaces < <(sed -n 's#^COPY \([a-z]*\)/package.json .*#\1#p' "$root/Dockerfile.$1")
  git -C "$root" ls-files --cached --others --exclude-standard --deduplicate -- \
    "Dockerfile.$1" .dockerignore .npmrc LICENSE package.json package-lock.json images "${workspaces[@]}" ':!*.test.ts' |
    while read -r file; do [ ! -e "$root/$file" ] || echo "$file"; done
}

revision_of() { # the commit that last touched what goes in
  local inputs
  mapfile -t inputs < <(inputs_of "$1")
  git -C "$root" log -1 --format=%H -- "${inputs[@]}" | tr -d '\n'
  [ -z "$(git -C "$root" status --porcelain -- "${inputs[@]}")" ] || printf -- '-dirty'
}

build() { # IMAGE
  local image=$1 name key tar=$cache/$1.tar
  name=ghcr.io/stockout/stockout-$image:$version
  key=$base-$(inputs_of "$image" | fingerprint)
  if [ ! -e "$tar" ] || [ "$(cat "$cache/$image.key" 2>/dev/null)" != "$key" ]; then
    "${buildah[@]}" bud --quiet --isolation chroot --pull-never --layers --timestamp 0 --format docker \
      --build-arg NODE_IMAGE="$base" --build-arg VERSION="$version" --build-arg REVISION="$(revision_of "$image")" \
      ${secrets[@]+"${secrets[@]}"} -f "$root/Dockerfile.$image" -t "$name" "$root" >&2
    rm -f "$tar.new"
    "${buildah[@]}" push --quiet "$name" "docker-archive:$tar.new:$name" >&2
    mv "$tar.new" "$tar"
    echo "$key" >"$cache/$image.key"
  fi
  echo "$name $tar"
}

tidy() { # buildah 1.28 leaves the containers of stages that others mount, and every layer that was ever built
  "${buildah[@]}" rm --all >/dev/null 2>&1 || true
  [ "$("${buildah[@]}" images --all --quiet 2>/dev/null | wc -l)" -lt 200 ] || "${buildah[@]}" rmi --prune >/dev/null 2>&1 || true
}

bash "$here/../packages.sh" buildah=buildah debootstrap=debootstrap
trap tidy EXIT
secrets=()
[ ! -e "$certificates" ] || secrets=(--secret "id=ca,src=$certificates")
version=$(sed -n 's/^  "version": "\(.*\)",$/\1/p' "$root/package.json")
base=$(base_image)
[ $# -gt 0 ] || set -- operator predictor pipeline
for image; do build "$image"; done
