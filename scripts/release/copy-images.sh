#!/usr/bin/env bash
# copy-images.sh SOURCE TARGET TAG - copies the three images from one registry into another, whole: their digests stay what
# they are (OPERATOR_DIGEST, PIPELINE_DIGEST, PREDICTOR_DIGEST). SIGN=yes signs them there too, without a key. Needs Docker
# with buildx, signed in to both, and cosign for the latter.
set -euo pipefail
source=$1 target=$2 tag=$3
for part in operator pipeline predictor; do
  variable=${part^^}_DIGEST
  digest=${!variable}
  docker buildx imagetools create --tag "$target/stockout-$part:$tag" "$source/stockout-$part@$digest"
  # Fails when what arrived is not what was sent.
  docker buildx imagetools inspect "$target/stockout-$part@$digest" >/dev/null
  if [ "${SIGN:-}" = yes ]; then cosign sign --yes --recursive "$target/stockout-$part@$digest"; fi
done
