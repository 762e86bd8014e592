#!/usr/bin/env bash
# run.sh [VITEST_OPTION...] - the lifecycle scenario on a real node: containerd and runc, kubelet and kube-proxy under
# Kubernetes' own control plane, with our images, installed by kubectl apply -k. Everything is of this machine.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
export PATH=$PWD/node_modules/.bin:$PATH
here=test/cluster
# shellcheck source=test/cluster/network.sh
source $here/network.sh
cache=${STOCKOUT_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/stockout}
state=$cache/cluster/state

[ "$(id -u)" = 0 ] || {
  # shellcheck disable=SC2016 # for the reader's shell
  echo 'a node needs root: sudo --preserve-env env "PATH=$PATH" npm run test:cluster' >&2
  exit 1
}
mkdir -p "$cache/cluster"
exec 9>"$cache/cluster/lock"
flock --nonblock 9 || {
  echo "another test:cluster runs on this machine, and there is one network for it: wait until it is done" >&2
  exit 1
}

bash $here/packages.sh containerd=containerd ctr=containerd runc=runc /usr/lib/cni/bridge=containernetworking-plugins \
  iptables=iptables conntrack=conntrack ip=iproute2 unshare=util-linux openssl=openssl
bin=$(bash $here/binaries.sh node)
bash $here/system-images.sh "$bin" "$cache/cluster"
# NAME ARCHIVE, a line each; buildah leaves mounts of build stages behind, which end with the namespace.
built=$(unshare --mount bash $here/images/build.sh)
mapfile -t archives < <(cut -d' ' -f2 <<<"$built")

finish() {
  local status=$?
  trap '' INT TERM
  # A test failed; interrupted, people want to be gone.
  if [ $status = 1 ] && [ -e "$state/started" ]; then bash $here/diagnose.sh "$bin/kubectl" || true; fi
  bash $here/node-down.sh "$state"
  rm -rf --one-file-system "$state"
}
finish # what a run that was killed has left
trap finish EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

bash $here/node-up.sh "$state" "$bin" "$cache"/cluster/*.tar "${archives[@]}" 9>&-
export KUBECONFIG=$state/pki/admin.kubeconfig STOCKOUT_API_BIN=$bin
export STOCKOUT_CLUSTER_VOLUMES=$state/volumes STOCKOUT_CLUSTER_BALANCERS=$CLUSTER_BALANCERS
STOCKOUT_CLUSTER_ON_NODE="nsenter --target $(<"$state/pid/node") --mount --pid"
export STOCKOUT_CLUSTER_ON_NODE
vitest run --config $here/vitest.config.ts "$@"
