#!/usr/bin/env bash
# binaries.sh - prints the folder that holds etcd, kube-apiserver, kube-controller-manager, kube-scheduler and kubectl:
# $KUBEBUILDER_ASSETS or the PATH where they have the right version, else our own build of the modules pinned in go.mod
# (8 minutes of two cores once), kept in ${STOCKOUT_CACHE:-${XDG_CACHE_HOME:-~/.cache}/stockout}/control-plane.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
programs=(etcd kube-apiserver kube-controller-manager kube-scheduler kubectl)
version=$(sed -n 's#^\tk8s.io/kubernetes \(v[0-9.]*\).*#\1#p' "$here/go.mod")
minor=${version%.*}

has_all() { # FOLDER: every program, of this minor version of Kubernetes
  local program
  for program in "${programs[@]}"; do [ -x "$1/$program" ] || return 1; done
  [[ "$("$1/kube-apiserver" --version 2>/dev/null)" == "Kubernetes $minor".* ]]
}

on_path=$(command -v kube-apiserver || true)
for folder in "${KUBEBUILDER_ASSETS:-}" "${on_path:+$(dirname "$on_path")}"; do
  if [ -n "$folder" ] && has_all "$folder"; then
    echo "$folder"
    exit
  fi
done

command -v go >/dev/null || {
  echo "the API server is built with Go: install Go 1.26 or newer, or set KUBEBUILDER_ASSETS to Kubernetes $minor's binaries" >&2
  exit 1
}
out=${STOCKOUT_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/stockout}/control-plane
mkdir -p "$out"
stamp=$(cat "$here"/go.mod "$here"/go.sum "$here"/kubeall/main.go | sha256sum | cut -c1-16)-$(go env GOVERSION)
if [ "$(cat "$out/stamp" 2>/dev/null)" != "$stamp" ] || ! has_all "$out"; then
  echo "building Kubernetes $version into $out: some minutes, once" >&2
  flags="-s -w"
  number=${minor#v1.}
  for package in k8s.io/component-base/version k8s.io/client-go/pkg/version; do
    flags="$flags -X $package.gitVersion=$version -X $package.gitMajor=1 -X $package.gitMinor=$number"
    flags="$flags -X $package.gitTreeState=archive -X $package.buildDate=1970-01-01T00:00:00Z"
  done
  # Built aside and moved: an interrupted build leaves nothing that looks whole.
  (cd "$here" && CGO_ENABLED=0 GOTOOLCHAIN=local GOFLAGS="-buildvcs=false -trimpath -mod=readonly" GOGC=${GOGC:-400} \
    go build -tags=grpcnotrace -ldflags "$flags" -o "$out/kubeall.new" ./kubeall >&2)
  mv "$out/kubeall.new" "$out/kubeall"
  for program in "${programs[@]}"; do ln -sf kubeall "$out/$program"; done
  echo "$stamp" >"$out/stamp"
fi
echo "$out"
