#!/usr/bin/env bash
# kind.sh [VITEST_OPTION...] - the lifecycle scenario on kind: what run.sh does, where Docker is. The cluster is made for
# it and deleted after it.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
export PATH=$PWD/node_modules/.bin:$PATH
here=test/cluster
# shellcheck source=test/cluster/network.sh
source $here/network.sh
name=stockout-test
version=$(node --print 'require("./package.json").version')

for program in docker kind kubectl; do
  command -v $program >/dev/null || {
    echo "$program is not to be found: test:kind needs Docker, kind 0.30 or newer and kubectl; test:cluster needs none of them" >&2
    exit 1
  }
done
as_root() { if [ "$(id -u)" = 0 ]; then "$@"; else sudo --non-interactive "$@"; fi; }

unmount_volumes() { # small file systems that a killed test left in the folders of volumes, the last one first
  local target
  findmnt --raw --noheadings --output TARGET | grep "^$state/volumes/" | tac | while read -r target; do
    as_root umount --lazy "$(printf %b "$target")"
  done
}

state=$(mktemp -d)
finish() {
  local status=$?
  trap '' INT TERM
  if [ $status = 1 ]; then bash $here/diagnose.sh kubectl || true; fi
  as_root ip route delete "$CLUSTER_BALANCERS" 2>/dev/null || true
  kind delete cluster --name $name
  unmount_volumes || true
  as_root rm -rf --one-file-system "$state" # pods wrote there, as their own user
}
trap finish EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

images=()
for image in operator predictor pipeline; do
  docker build --file Dockerfile.$image --tag "ghcr.io/stockout/stockout-$image:$version" .
  images+=("ghcr.io/stockout/stockout-$image:$version")
done
export KUBECONFIG=$state/kubeconfig STOCKOUT_CLUSTER_BALANCERS=$CLUSTER_BALANCERS STOCKOUT_CLUSTER_VOLUMES=$state/volumes
export STOCKOUT_CLUSTER_ON_NODE="docker exec $name-control-plane"
mkdir "$STOCKOUT_CLUSTER_VOLUMES"
sed "s#@VOLUMES@#$STOCKOUT_CLUSTER_VOLUMES#g" $here/kind.yaml | kind create cluster --name $name --config - --wait 120s
kind load docker-image "${images[@]}" --name $name
# kube-proxy on the node balances what is sent to the addresses that the tier gives to Services.
of_node() { docker inspect --format "{{range .NetworkSettings.Networks}}{{.$1}}{{end}}" $name-control-plane; }
node=$(of_node IPAddress)
# The API server is reached by a port of this machine, pods not at all: kind enforces the operator's NetworkPolicy.
STOCKOUT_CLUSTER_HOST=$(of_node Gateway)
export STOCKOUT_CLUSTER_HOST STOCKOUT_CLUSTER_PODS_APART=1
as_root ip route add "$CLUSTER_BALANCERS" via "$node"
vitest run --config $here/vitest.config.ts "$@"
