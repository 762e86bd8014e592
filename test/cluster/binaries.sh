#!/usr/bin/env bash
# binaries.sh [node|tools|all] - prints the folder that holds etcd, kube-apiserver, kube-controller-manager, kube-scheduler and
# kubectl, for a node kubelet, kube-proxy, coredns and pause too: $KUBEBUILDER_ASSETS or the PATH where they have them in
# the right version, else our own build of the modules pinned in ../go.mod (8 minutes of two cores once), kept in
# ${STOCKOUT_CACHE:-${XDG_CACHE_HOME:-~/.cache}/stockout}/control-plane. The tools are helm and what Argo CD and Flux
# judge health by (argo-health, kstatus), always of our own build, and without Kubernetes; all is everything of our own.
set -euo pipefail
# One module for all of them: most of it is Kubernetes' libraries, of one version, compiled once.
module=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
kubernetes=(etcd kube-apiserver kube-controller-manager kube-scheduler kubectl)
node=(kubelet kube-proxy coredns pause)
what=${1:-}
wanted=("${kubernetes[@]}")
if [ "$what" = node ]; then wanted+=("${node[@]}"); fi
version=$(sed -n 's#^\tk8s.io/kubernetes \(v[0-9.]*\).*#\1#p' "$module/go.mod")
minor=${version%.*}

has_all() { # FOLDER: every program, of this minor version of Kubernetes
  local program
  for program in "${wanted[@]}"; do [ -x "$1/$program" ] || return 1; done
  [[ "$("$1/kube-apiserver" --version 2>/dev/null)" == "Kubernetes $minor".* ]]
}

on_path=$(command -v kube-apiserver || true)
for folder in "${KUBEBUILDER_ASSETS:-}" "${on_path:+$(dirname "$on_path")}"; do
  case $what in tools | all) break ;; esac
  if [ -n "$folder" ] && has_all "$folder"; then
    echo "$folder"
    exit
  fi
done

command -v go >/dev/null || {
  echo "Kubernetes is built with Go: install Go 1.26 or newer, or set KUBEBUILDER_ASSETS to a folder with" \
    "Kubernetes $minor's ${wanted[*]}" >&2
  exit 1
}
out=${STOCKOUT_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/stockout}/control-plane
mkdir -p "$out"
# Who comes second waits, and finds it built.
exec 8>"$out/lock"
flock 8
export CGO_ENABLED=0 GOTOOLCHAIN=local GOFLAGS="-buildvcs=false -trimpath -mod=readonly" GOGC=${GOGC:-400}

build() { # NAME PACKAGE SOURCES [FLAGS...]: a command of the module, unless it was built of these sources
  local name=$1 package=$2 sources=$3 stamp
  shift 3
  # shellcheck disable=SC2086 # several files
  stamp=$(cd "$module" && cat go.mod go.sum $sources | sha256sum | cut -c1-16)-$(go env GOVERSION)
  if [ "$(cat "$out/$name.stamp" 2>/dev/null)" = "$stamp" ] && [ -x "$out/$name" ]; then return; fi
  echo "building $name into $out" >&2
  # Built aside and moved: an interrupted build leaves nothing that looks whole. grpcnotrace: without it the linker keeps
  # every method of everything.
  (cd "$module" && go build -tags=grpcnotrace "$@" -o "$out/$name.new" "$package" >&2)
  mv "$out/$name.new" "$out/$name"
  echo "$stamp" >"$out/$name.stamp"
}

flags="-s -w"
for package in k8s.io/component-base/version k8s.io/client-go/pkg/version; do
  flags="$flags -X $package.gitVersion=$version -X $package.gitMajor=1 -X $package.gitMinor=${minor#v1.}"
  flags="$flags -X $package.gitTreeState=archive -X $package.buildDate=1970-01-01T00:00:00Z"
done
if [ "$what" != tools ]; then
  build kubeall ./cluster/kubeall cluster/kubeall/main.go -ldflags "$flags"
  for program in "${kubernetes[@]}" kubelet kube-proxy; do ln -sf kubeall "$out/$program"; done
fi
case $what in node | all)
  build pause ./cluster/pause cluster/pause/main.go -ldflags "-s -w"
  build coredns ./cluster/dns cluster/dns/main.go -ldflags "-s -w"
  ;;
esac
case $what in tools | all)
  build helm helm.sh/helm/v3/cmd/helm "" -ldflags "-s -w"
  build argo-health ./api/argo-health api/argo-health/main.go -ldflags "-s -w"
  build kstatus ./api/kstatus api/kstatus/main.go -ldflags "-s -w"
  ;;
esac
echo "$out"
