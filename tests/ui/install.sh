#!/usr/bin/env bash
# Installs the browser, which is Debian's, when it is missing, and the exact packages of the lock file when they changed.
set -euo pipefail
cd "$(dirname "$0")"
if ! command -v chromium >/dev/null; then
  export DEBIAN_FRONTEND=noninteractive
  apt-get -q -y -o DPkg::Lock::Timeout=600 update >/dev/null
  apt-get -q -y -o DPkg::Lock::Timeout=600 install --no-install-recommends chromium >/dev/null
fi
want=$(sha256sum <package-lock.json)
[ "$(cat node_modules/.installed 2>/dev/null)" = "$want" ] && exit 0
PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD=1 npm ci --no-audit --no-fund --loglevel=error
echo "$want" >node_modules/.installed
