#!/usr/bin/env bash
# node-up.sh STATE BIN ARCHIVE... - Kubernetes with one real node in namespaces of its own, holding the images of the
# archives. STATE/pki/admin.kubeconfig leads to it, STATE/log tells what went wrong, node-down.sh STATE ends it.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=test/cluster/network.sh
source "$here/network.sh"
state=$1 bin=$2
shift 2

await() { # SECONDS FILE: until the node has written it
  local deadline=$((SECONDS + $1))
  until [ -e "$2" ]; do
    if ! kill -0 "$(cat "$state/pid/unshare")" 2>/dev/null || [ $SECONDS -gt $deadline ]; then
      echo "the node did not get ready; the end of $state/log/node.log:" >&2
      tail -20 "$state/log/node.log" >&2
      exit 1
    fi
    sleep 0.05
  done
}

if ip link show "$CLUSTER_LINK" >/dev/null 2>&1; then
  echo "there is a node already, at the other end of the link $CLUSTER_LINK: end what runs there first" >&2
  exit 1
fi
mkdir -p "$state/log" "$state/pid"
# Not of a namespace, and changed by the kubelet: node-down.sh puts them back.
for name in kernel/panic kernel/panic_on_oops vm/overcommit_memory vm/panic_on_oom; do
  echo "$name $(cat "/proc/sys/$name")"
done >"$state/sysctl"

enter=()
if [ -e /sys/fs/cgroup/cgroup.controllers ]; then
  # Version 2 hands controllers on only to groups, and below them, without processes: the node gets one for itself.
  mkdir -p "$CLUSTER_GROUP/outer"
  echo '+cpuset +cpu +io +memory +pids' >/sys/fs/cgroup/cgroup.subtree_control
  # shellcheck disable=SC2016 # for the shell that enters
  enter=(bash -c 'echo $$ >"$0/cgroup.procs"; exec "$@"' "$CLUSTER_GROUP")
fi
# What is mounted in it later the node sees too, as it does with a disk that an administrator mounts.
mkdir -p "$state/volumes"
mount --bind "$state/volumes" "$state/volumes"
mount --make-shared "$state/volumes"
setsid "${enter[@]}" unshare --fork --kill-child --pid --mount --net --uts --ipc --cgroup --propagation slave \
  bash "$here/node-init.sh" "$state" "$bin" "$@" >"$state/log/node.log" 2>&1 </dev/null &
echo $! >"$state/pid/unshare"
await 10 "$state/pid/node"
if [ -d "$CLUSTER_GROUP" ]; then cat "$state/pid/unshare" >"$CLUSTER_GROUP/outer/cgroup.procs"; fi
ip link add "$CLUSTER_LINK" type veth peer name eth0 netns "$(cat "$state/pid/node")"
ip addr add "$CLUSTER_HOST/24" dev "$CLUSTER_LINK"
ip link set "$CLUSTER_LINK" up
for network in "$CLUSTER_SERVICES" "$CLUSTER_PODS" "$CLUSTER_BALANCERS"; do
  ip route add "$network" via "$CLUSTER_ADDRESS"
done
await 180 "$state/started"
