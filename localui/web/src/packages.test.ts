import { expect, it } from 'vitest';
import { packageOf } from '../packages';

it('finds the package of a module, the innermost one, with its scope', () => {
  expect(packageOf('/w/node_modules/react/index.js')).toEqual({ dir: '/w/node_modules/react', name: 'react' });
  expect(packageOf('/w/node_modules/a/node_modules/@s/b/c/d.js?x')).toEqual({ dir: '/w/node_modules/a/node_modules/@s/b', name: '@s/b' });
  expect(packageOf('/w/src/main.tsx')).toBeNull();
});
