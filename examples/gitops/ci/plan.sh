#!/usr/bin/env bash
# Prints as Markdown what `pulumi up` would do: the plan, and Pulumi's own preview in a collapsed section.
# Usage: ci/plan.sh HEADING STACK [--refresh] [--cwd FOLDER]
set -euo pipefail
heading=$1 stack=$2
shift 2

files=$(mktemp -d)
trap 'rm -rf "$files"' EXIT
code=0
node_modules/.bin/pulumi-deepcall plan --stack "$stack" --format markdown "$@" >"$files/plan.md" || code=$?
pulumi preview --diff --stack "$stack" --non-interactive --color never "$@" >"$files/preview.txt" 2>&1 || true
cat "$files/preview.txt" >&2

echo "### $heading"
echo
# Without its marker and heading. If there is no plan, Pulumi's output says why.
tail -n +4 "$files/plan.md"
[ -s "$files/plan.md" ] && printf "\n<details><summary>Pulumi's output</summary>\n\n"
ci/code-block.sh "$files/preview.txt" 10000 # a comment has at most 65,536 characters
[ -s "$files/plan.md" ] && printf '\n</details>\n'

# 0 nothing to do, 2 changes
[ "$code" = 0 ] || [ "$code" = 2 ] || exit "$code"
