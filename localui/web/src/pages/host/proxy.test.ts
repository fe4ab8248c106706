import { expect, it } from 'vitest';
import type { Proxy } from '../../api/client';
import { draftOfProxy, hasPassword, proxyOf } from './proxy';

const proxy = (c: Partial<Proxy>): Proxy => ({ http: '', https: '', noProxy: [], ca: '', direct: [], authorities: [], ...c });

// Feature 58: what nobody touches goes back as it came, the password as its mask.
it.each([
  [proxy({})],
  [proxy({ http: 'http://proxy:3128', https: 'http://proxy:3129', noProxy: ['.example.org', '10.0.0.0/8'] })],
  [proxy({ http: 'http://ada@proxy:3128' })],
  [proxy({ http: 'http://ada:********@proxy:3128', https: 'http://ada:********@proxy:3129' })],
  [proxy({ http: 'http://ada:********@proxy:3128', https: 'http://bob:********@proxy:3129' })],
])('%j there and back', (p) => {
  expect(proxyOf(draftOfProxy(p), p)).toEqual({ http: p.http, https: p.https, noProxy: p.noProxy, ca: p.ca });
});

it('escapes a new password and takes none to another user', () => {
  const now = proxy({ http: 'http://ada:********@proxy:3128' });
  const d = draftOfProxy(now);
  expect(d.http).toBe('http://proxy:3128');
  expect(hasPassword(now)).toBe(true);
  expect(proxyOf({ ...d, password: 'p@ss word' }, now).http).toBe('http://ada:p%40ss%20word@proxy:3128');
  expect(proxyOf({ ...d, user: 'bob' }, now).http).toBe('http://bob@proxy:3128');
  expect(proxyOf({ ...d, http: 'nonsense' }, now).http).toBe('nonsense');
});
