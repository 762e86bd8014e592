# shellcheck shell=bash
# Sourced: where the real node is. The host reaches its pods, Services and load balancers through a link of its own, by
# other addresses than test:api's, so that both may run at once.
export CLUSTER_LINK=stockout0 CLUSTER_HOST=10.89.0.1 CLUSTER_ADDRESS=10.89.0.2 CLUSTER_NODE=node
export CLUSTER_SERVICES=10.90.0.0/16 CLUSTER_DNS=10.90.0.10 CLUSTER_PODS=10.91.0.0/24 CLUSTER_BALANCERS=10.92.0.0/24
# The node's cgroup, where there is version 2 alone.
export CLUSTER_GROUP=/sys/fs/cgroup/stockout
