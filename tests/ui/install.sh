#!/usr/bin/env bash
# Installs the exact packages of the lock file, when they changed; the browser itself is Debian's.
set -euo pipefail
cd "$(dirname "$0")"
want=$(sha256sum <package-lock.json)
[ "$(cat node_modules/.installed 2>/dev/null)" = "$want" ] && exit 0
PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD=1 npm ci --no-audit --no-fund --loglevel=error
echo "$want" >node_modules/.installed
