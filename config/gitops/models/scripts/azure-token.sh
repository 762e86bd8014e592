#!/usr/bin/env bash
# azure-token.sh FILE - writes GitHub's token for this run, which Azure takes from an identity that is federated with the
# repository: with AZURE_TENANT_ID, AZURE_CLIENT_ID and AZURE_FEDERATED_TOKEN_FILE=FILE the storage needs nothing else.
set -euo pipefail
: "${ACTIONS_ID_TOKEN_REQUEST_URL:?the job needs the permission id-token: write}"
umask 077
curl --fail --silent --show-error --retry 3 \
  --header "Authorization: bearer $ACTIONS_ID_TOKEN_REQUEST_TOKEN" \
  "$ACTIONS_ID_TOKEN_REQUEST_URL&audience=api://AzureADTokenExchange" |
  jq --exit-status --join-output .value >"$1"
