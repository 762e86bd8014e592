#!/usr/bin/env bash
# digests.sh FOLDER - prints PART=DIGEST for each of the three images, from FOLDER/PART.digest: outputs of a step.
set -euo pipefail
for part in operator pipeline predictor; do
  digest=$(cat "$1/$part.digest")
  [[ $digest =~ ^sha256:[0-9a-f]{64}$ ]] || {
    echo "$1/$part.digest holds '$digest', no digest of an image" >&2
    exit 1
  }
  echo "$part=$digest"
done
