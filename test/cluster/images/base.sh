#!/usr/bin/env bash
# base.sh NAME FOLDER BUILDAH... - makes NAME in buildah's store: a stand-in for the official Node image that the
# Dockerfiles name, where there is no registry of images: the same Debian, Node as npm packages it, npm. FOLDER keeps
# Debian's part, which takes a minute once.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
name=$1 folder=$2
shift 2
suite=trixie
npm=11.19.1
rootfs=$folder/$suite

if [ ! -d "$rootfs" ]; then
  mirror=$(awk '/^URIs:/ { print $2; exit } /^deb http/ { print $2; exit }' /etc/apt/sources.list.d/debian.sources /etc/apt/sources.list 2>/dev/null || true)
  rm -rf "$rootfs.new"
  debootstrap --variant=minbase --include=libstdc++6,ca-certificates "$suite" "$rootfs.new" ${mirror:+"$mirror"} >&2
  rm -rf "$rootfs.new"/var/cache/apt/archives/*.deb "$rootfs.new"/var/lib/apt/lists/* "$rootfs.new"/dev/*
  mv "$rootfs.new" "$rootfs"
fi

context=$(mktemp -d)
trap 'rm -rf "$context"' EXIT
install -D "$here/../../../node_modules/node/bin/node" "$context/local/bin/node"
npm install --global --prefix "$context/local" --ignore-scripts --silent "npm@$npm" >&2
tar -C "$rootfs" -cf "$context/root.tar" .
cat >"$context/Dockerfile" <<'END'
FROM scratch
ADD root.tar /
COPY local /usr/local
ENV PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
CMD ["node"]
END
"$@" bud --quiet --isolation chroot --layers=false -t "$name" "$context" >&2
