import { afterEach, expect, it, vi } from 'vitest';
import type { LinkedHost } from '../api/client';
import { uiOf } from './leader';

afterEach(() => vi.unstubAllGlobals());

// Feature 40: an appliance may have another port than 5080; its hosts have the same one.
it.each([
  ['192.0.2.7', '5080', '/content', 'https://192.0.2.7:5080/content'],
  ['2001:db8::7', '8443', '', 'https://[2001:db8::7]:8443'],
  ['192.0.2.7', '', '/link', 'https://192.0.2.7/link'],
])('%s, port %s', (address, port, path, want) => {
  vi.stubGlobal('location', { port });
  expect(uiOf({ address } as LinkedHost, path)).toBe(want);
});
