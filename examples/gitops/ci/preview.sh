#!/usr/bin/env bash
# Prints what the checked-out groups would change in an account that matches COMMIT.
# Usage: ci/preview.sh COMMIT
#
# Runs against an emulated Deepcall with temporary state. It needs no secrets and must not have any, because it runs code
# that nobody has reviewed yet.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
commit=$1

work=$(mktemp -d)
exec 3< <(exec node_modules/.bin/pulumi-deepcall emulator --port 0 --quiet)
emulator=$!
trap 'kill "$emulator" || true; rm -rf "$work"; git worktree prune' EXIT
read -r _ _ url _ <&3 # "Deepcall emulator: http://127.0.0.1:8920 (…"

export DEEPCALL_BASE_URL=$url DEEPCALL_USER_ID=demo DEEPCALL_TOKEN=demo-token DEEPCALL_SSID=
export PULUMI_BACKEND_URL=file://$work/state PULUMI_CONFIG_PASSPHRASE=preview
mkdir "$work/state"
# A project of its own with this program, so that the stack's config does not end up in the repository.
{
  cat Pulumi.yaml
  printf 'main: "%s"\n' "$PWD"
} >"$work/Pulumi.yaml"
pulumi stack init preview --cwd "$work" --non-interactive >&2

# The first pull request is compared with an empty account.
if git cat-file -e "$commit:Pulumi.yaml" 2>/dev/null; then
  git worktree add --quiet --detach "$work/base" "$commit"
  options=(--stack preview --config-file "$work/Pulumi.preview.yaml" --non-interactive --color never)
  (cd "$work/base" && npm ci --ignore-scripts && pulumi up --yes --skip-preview "${options[@]}") >&2
fi

ci/plan.sh 'What merging would change' preview --cwd "$work"
