import { readFileSync } from 'node:fs';
import type { Plugin } from 'vite';

/** The file with the packages that are in the pages; its name keeps it from being served (localui.go). */
const fileName = '.packages.json';

/** The folder and name of the package that a module belongs to, the innermost one; null for a module of ours. */
export function packageOf(module: string): { dir: string; name: string } | null {
  const found = /^(.*\/node_modules\/)((?:@[^/]+\/)?[^/]+)\//.exec(module.replaceAll('\\', '/'));
  return found?.[1] && found[2] ? { dir: found[1] + found[2], name: found[2] } : null;
}

/** Lists the npm packages of which something got into the pages, with version and licence, for the list of components of the
 * image (agent/sbom): not what only builds or tests, and not what was left out as unused. */
export function packageList(): Plugin {
  return {
    name: 'package-list',
    apply: 'build',
    generateBundle(_, bundle) {
      const modules = Object.values(bundle).flatMap((out) => (out.type === 'chunk' ? out.moduleIds : []));
      const packages = new Map<string, { name: string; version: string; licence: string }>();
      for (const { dir, name } of modules.map(packageOf).filter((p) => p !== null)) {
        const about = JSON.parse(readFileSync(`${dir}/package.json`, 'utf8')) as { version: string; license?: string };
        packages.set(`${name}@${about.version}`, { name, version: about.version, licence: about.license ?? '' });
      }
      const list = [...packages].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, p]) => p);
      this.emitFile({ type: 'asset', fileName, source: JSON.stringify(list) });
    },
  };
}
