#!/usr/bin/env bash
# Type checks and tests the Local UI; says so when there is no Node to do it.
set -euo pipefail
cd "$(dirname "$0")"
if ! command -v node >/dev/null; then
  echo "No Node: the tests of the Local UI are not run." >&2
  exit 0
fi
./install.sh
npm run --silent schema >/dev/null
npx --no-install tsc --noEmit
npx --no-install vitest run --reporter=dot
