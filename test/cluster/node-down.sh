#!/usr/bin/env bash
# node-down.sh STATE - ends what node-up.sh started, whole or in part: process 1 of the node, and with it every process,
# mount and interface of its namespaces.
set -uo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=test/cluster/network.sh
source "$here/network.sh"
state=$1

end() { # NAME: the process of that pid file, if it is the node still
  local pid
  pid=$(cat "$state/pid/$1" 2>/dev/null) || return 0
  grep -qa node-init.sh "/proc/$pid/cmdline" 2>/dev/null || return 0
  kill -9 "$pid" 2>/dev/null
  for _ in $(seq 300); do [ -e "/proc/$pid" ] || return 0; sleep 0.1; done
  echo "process $pid of the node does not end" >&2
}

remove_groups() { # cgroups, empty by now: the node's; with version 1 those that the kubelet made below our own
  local root name own
  if [ -d "$CLUSTER_GROUP" ]; then find "$CLUSTER_GROUP" -depth -type d -exec rmdir {} \;; fi
  for root in /sys/fs/cgroup/*; do
    own=$root$(awk -F: -v n="${root##*/}" '$2 == n || $2 == "name=" n {print $3}' /proc/self/cgroup)
    for name in kubepods k8s.io; do
      if [ -d "$own/$name" ]; then find "$own/$name" -depth -type d -exec rmdir {} \;; fi
    done
  done
}

end node
end unshare
ip link delete "$CLUSTER_LINK" 2>/dev/null
if [ -e "$state/sysctl" ]; then
  while read -r name value; do echo "$value" >"/proc/sys/$name"; done <"$state/sysctl"
fi
remove_groups
if mountpoint -q "$state/volumes"; then umount --lazy --recursive "$state/volumes"; fi
rm -f "$state/pid/node" "$state/pid/unshare" "$state/started"
exit 0
