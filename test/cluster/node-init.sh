#!/usr/bin/env bash
# node-init.sh STATE BIN ARCHIVE... - the node's process 1, run by node-up.sh: everything else of the node is its child
# or lives in its namespaces, so that all of it ends with this process.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=test/cluster/network.sh
source "$here/network.sh"
state=$1 bin=$2
shift 2

mount_own_folders() { # what container engines write to, none of it the host's
  mount --make-rshared /
  mount -t proc proc /proc
  mount -t sysfs sysfs /sys
  mount -t tmpfs tmpfs /run
  local folder
  for folder in lib log; do
    mkdir -p "$state/var/$folder"
    mount --bind "$state/var/$folder" "/var/$folder"
    mount --make-rshared "/var/$folder"
  done
}

mount_cgroups() {
  local controllers controller
  controllers=$(cut -d: -f2 /proc/self/cgroup | grep -v -e '^$' -e '^name=' || true)
  if [ -z "$controllers" ]; then
    mount -t cgroup2 cgroup2 /sys/fs/cgroup
    return
  fi
  mount -t tmpfs tmpfs /sys/fs/cgroup
  for controller in $controllers; do
    mkdir "/sys/fs/cgroup/$controller"
    mount -t cgroup -o "$controller" cgroup "/sys/fs/cgroup/$controller"
  done
  mkdir /sys/fs/cgroup/systemd # of no controller, yet the kubelet looks for its groups in it
  mount -t cgroup -o none,name=systemd cgroup /sys/fs/cgroup/systemd
}

hand_on_controllers() { # with version 2 only, and once no process is in the node's group itself
  [ -e /sys/fs/cgroup/cgroup.controllers ] || return 0
  local processes pid
  mapfile -t processes </sys/fs/cgroup/cgroup.procs
  mkdir /sys/fs/cgroup/init
  for pid in "${processes[@]}"; do echo "$pid" >/sys/fs/cgroup/init/cgroup.procs || true; done
  sed 's/[^ ]*/+&/g' /sys/fs/cgroup/cgroup.controllers >/sys/fs/cgroup/cgroup.subtree_control
}

join_network() {
  hostname "$CLUSTER_NODE"
  ip link set lo up
  until ip link show eth0 >/dev/null 2>&1; do sleep 0.05; done
  ip addr add "$CLUSTER_ADDRESS/24" dev eth0
  ip link set eth0 up
  ip route add default via "$CLUSTER_HOST"
  echo 1 >/proc/sys/net/ipv4/ip_forward
  # Without it a pod's answer to a pod of the same node bypasses the Service it came through.
  echo 1 >/proc/sys/net/bridge/bridge-nf-call-iptables || true
}

configure() { # node/FILE -> STATE/FILE for each
  local file
  mkdir -p "$state/cni"
  for file in containerd.toml kubelet.yaml proxy.yaml cni/bridge.conflist; do
    sed -e "s#@STATE@#$state#g" -e "s#@ADDRESS@#$CLUSTER_ADDRESS#g" -e "s#@NODE@#$CLUSTER_NODE#g" \
      -e "s#@PODS@#$CLUSTER_PODS#g" -e "s#@DNS@#$CLUSTER_DNS#g" "$here/node/${file#cni/}" >"$state/$file"
  done
  echo "nameserver $CLUSTER_HOST" >"$state/resolv.conf"
}

start() { # NAME COMMAND...
  local name=$1
  shift
  "$@" >"$state/log/$name.log" 2>&1 &
  pids[$name]=$!
}

keep() { # COMMAND...: started again whenever it ends, as a service manager does on a real node
  while :; do
    "$@" || true
    sleep 0.5
  done
}

await() { # NAME COMMAND...: until it succeeds, as long as NAME runs
  local name=$1
  shift
  until "$@" >/dev/null 2>&1; do
    kill -0 "${pids[$name]}" 2>/dev/null || {
      echo "$name has ended; the end of its log:"
      tail -n 5 "$state/log/$name.log"
      exit 1
    }
    sleep 0.1
  done
}

import() { # ARCHIVE...
  local archive
  for archive in "$@"; do ctr --namespace k8s.io images import "$archive"; done
}

read -r pid _ </proc/self/stat # as the host counts: /proc is its own until the next line
mount_own_folders
mount_cgroups
echo "$pid" >"$state/pid/node.new"
mv "$state/pid/node.new" "$state/pid/node"
join_network # node-up.sh has left the node's group before the link is there
hand_on_controllers
configure
declare -A pids
start containerd containerd --config "$state/containerd.toml"
await containerd ctr version
start import import "$@"
bash "$here/up.sh" "$state" "$bin" 6443 2379 2380 10257 10259
wait "${pids[import]}"
start kubelet keep "$bin/kubelet" --config "$state/kubelet.yaml" --kubeconfig "$state/pki/kubelet.kubeconfig" \
  --hostname-override "$CLUSTER_NODE" --node-ip "$CLUSTER_ADDRESS" --v=2
export KUBECONFIG=$state/pki/admin.kubeconfig
sed "s#@DNS@#$CLUSTER_DNS#g" "$here/node/dns.yaml" | "$bin/kubectl" apply --server-side -f -
await kubelet "$bin/kubectl" get node "$CLUSTER_NODE"
start proxy "$bin/kube-proxy" --config "$state/proxy.yaml" # without a node it waits half a minute for one
await kubelet "$bin/kubectl" wait node "$CLUSTER_NODE" --for=condition=Ready --timeout=2s
touch "$state/started"
while :; do wait -n || true; sleep 0.1; done
