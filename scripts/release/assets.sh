#!/usr/bin/env bash
# assets.sh REGISTRY VERSION OUT - writes what a release is installed from into the folder OUT: install.yaml and crds.yaml,
# the Helm chart, and the sums of all that OUT holds. Images are pinned by OPERATOR_DIGEST, PIPELINE_DIGEST and
# PREDICTOR_DIGEST. Needs kubectl, Helm ($HELM) and Node with the packages installed; no cluster.
set -euo pipefail
registry=$1 version=$2 out=$3
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
chart=$(mktemp -d)
trap 'rm -rf "$chart"' EXIT

mkdir -p "$out"
scripts/install-yaml.sh "$registry" "$version" >"$out/install.yaml"
kubectl kustomize crds >"$out/crds.yaml"
kubectl kustomize config/base | node scripts/chart/build.ts "$chart/stockout" "$version"
sed --in-place --expression "s#^registry: .*#registry: $registry#" \
  --expression "s#^  operator: ''#  operator: '${OPERATOR_DIGEST:-}'#" \
  --expression "s#^  pipeline: ''#  pipeline: '${PIPELINE_DIGEST:-}'#" \
  --expression "s#^  predictor: ''#  predictor: '${PREDICTOR_DIGEST:-}'#" "$chart/stockout/values.yaml"
"${HELM:-helm}" package "$chart/stockout" --destination "$out" >&2
(cd "$out" && sha256sum -- * | grep -v ' SHA256SUMS$' >"$chart/sums" && mv "$chart/sums" SHA256SUMS)
