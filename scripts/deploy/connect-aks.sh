#!/usr/bin/env bash
# connect-aks.sh RESOURCE_GROUP CLUSTER - kubectl for a cluster of AKS, as whom `az login` has signed in. No administrator's
# certificate: the cluster need not have local accounts.
set -euo pipefail
command -v kubelogin >/dev/null || sudo az aks install-cli --only-show-errors
az aks get-credentials --resource-group "$1" --name "$2" --overwrite-existing --only-show-errors
kubelogin convert-kubeconfig --login azurecli
kubectl version
