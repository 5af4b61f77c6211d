#!/usr/bin/env bash
# Prints FILE as a Markdown code block: indented, so that no name in it is interpreted as Markdown. A longer block than MAX
# bytes loses its first lines, because errors are at the end. Whole lines, because part of a character is not valid UTF-8.
# Usage: ci/code-block.sh FILE MAX
set -euo pipefail

LC_ALL=C awk -v max="$2" '
  {
    line[NR] = "    " $0
    size += length(line[NR]) + 1
    while (size > max) {
      size -= length(line[++omitted]) + 1
      delete line[omitted]
    }
  }
  END {
    if (omitted > 0) printf "(Without the first %d lines; the log contains all.)\n\n", omitted
    for (n = omitted + 1; n <= NR; n++) print line[n]
  }
' "$1"
