#!/usr/bin/env bash
# Builds the Local UI into localui/web/dist, compressed, once for each state of its inputs (kept under $SLIPWAY_CACHE).
# Without Node the binary gets the placeholder page instead, and this says so.
set -euo pipefail
cd "$(dirname "$0")"
cache=${SLIPWAY_CACHE:-$HOME/.cache/slipway}/ui
inputs=(src public schema/package.json schema/package-lock.json index.html package.json package-lock.json tsconfig.json vite.config.ts packages.ts build.sh
  ../guide ../../agent/api/openapi.yaml)
digest=$(find "${inputs[@]}" -type f ! -name '*.gen.ts' ! -name '*.test.ts*' | LC_ALL=C sort | xargs sha256sum | sha256sum | cut -c1-16)
[ "$(cat dist/.digest 2>/dev/null)" = "$digest" ] && exit 0

mkdir -p "$cache"
exec 9>"$cache/lock"
flock 9 # two builds at once would share node_modules
if [ ! -d "$cache/$digest" ]; then
  if ! node -e 'const [a, b] = process.versions.node.split("."); process.exit(+a > 20 || (+a === 20 && +b >= 19) ? 0 : 1)' 2>/dev/null; then
    echo "The Local UI needs Node 20.19 or newer (https://nodejs.org); without it this binary has a placeholder page." >&2
    exit 0
  fi
  ./install.sh
  out=$(mktemp -d "$cache/build.XXXXXX")
  trap 'rm -rf "$out"' EXIT
  npm run --silent schema >/dev/null
  npx --no-install tsc --noEmit
  npx --no-install vite build --logLevel error --outDir "$out" --emptyOutDir
  find "$out" -type f \( -name '*.js' -o -name '*.css' -o -name '*.html' -o -name '*.svg' \) -exec gzip -9n {} +
  chmod 755 "$out"
  mv "$out" "$cache/$digest"
fi
find dist -mindepth 1 ! -name .gitkeep -delete
cp -R "$cache/$digest/." dist/
echo "$digest" >dist/.digest
