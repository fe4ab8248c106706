#!/usr/bin/env bash
# Installs the exact packages of the lock files, when they changed.
set -euo pipefail
cd "$(dirname "$0")"
for dir in . schema; do
  want=$(sha256sum <"$dir/package-lock.json")
  [ "$(cat "$dir/node_modules/.installed" 2>/dev/null)" = "$want" ] && continue
  echo "installing the packages of localui/web/$dir"
  npm ci --prefix "$dir" --no-audit --no-fund --loglevel=error
  echo "$want" >"$dir/node_modules/.installed"
done
