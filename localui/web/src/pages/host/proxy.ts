import type { Proxy, ProxySettings } from '../../api/client';
import { listOf } from '../network/form';

/** The proxy as its form holds it. The user and the password are those of both proxies. */
export interface ProxyDraft {
  http: string;
  https: string;
  user: string;
  password: string;
  noProxy: string;
  ca: string;
}

/** What stands for a password that the host has and does not show; sent back, it means that one. */
const mask = '********';
const withUser = /^(https?:\/\/)([^:@/]*)(?::([^@/]*))?@(.*)$/;

const userOf = (address: string): string => decodeURIComponent(withUser.exec(address)?.[2] ?? '');

/** What the form begins with; an empty password keeps the one that is set. */
export function draftOfProxy(p: Proxy): ProxyDraft {
  const user = userOf(p.http) || userOf(p.https);
  const bare = (address: string) => {
    const m = withUser.exec(address);
    return m && userOf(address) === user ? `${m[1]}${m[4]}` : address;
  };
  return { http: bare(p.http), https: bare(p.https), user, password: '', noProxy: p.noProxy.join(', '), ca: p.ca };
}

export const hasPassword = (p: Proxy): boolean => `${p.http} ${p.https}`.includes(`:${mask}@`);

/** What the form asks of the host. */
export function proxyOf(d: ProxyDraft, now: Proxy): ProxySettings {
  const keeps = `${encodeURIComponent(d.user.trim())}:${mask}@`;
  const full = (address: string) => {
    const m = /^(https?:\/\/)([^@/]+\/?)$/.exec(address.trim());
    if (!m || !d.user.trim()) return address.trim();
    const known = `${now.http} ${now.https}`.includes(`://${keeps}`);
    const credentials = d.password ? `${encodeURIComponent(d.user.trim())}:${encodeURIComponent(d.password)}@` : known ? keeps : `${encodeURIComponent(d.user.trim())}@`;
    return `${m[1]}${credentials}${m[2]}`;
  };
  return { http: full(d.http), https: full(d.https), noProxy: listOf(d.noProxy), ca: d.ca.trim() };
}
