import type { Adapter, AdapterSettings } from '../../api/client';

/** An adapter's settings as the form holds them: all text, as typed. */
export interface Draft {
  name: string;
  dhcp: boolean;
  addresses: string;
  gateway: string;
  dns: string;
  search: string;
  mtu: string;
}

export const listOf = (text: string): string[] => text.split(/[\s,]+/).filter(Boolean);

/** What the form begins with: the confirmed settings, else what the kernel reports. */
export function draftOf(adapter: Adapter, confirmed?: AdapterSettings): Draft {
  const s = confirmed ?? { dhcp: adapter.dhcp, addresses: adapter.dhcp ? [] : adapter.addresses, gateway: adapter.dhcp ? '' : adapter.gateway, dns: adapter.dhcp ? [] : adapter.dns };
  return {
    name: adapter.name,
    dhcp: s.dhcp,
    addresses: (s.addresses ?? []).join(', '),
    gateway: s.gateway ?? '',
    dns: (s.dns ?? []).join(', '),
    search: (confirmed?.search ?? []).join(', '),
    mtu: confirmed?.mtu ? String(confirmed.mtu) : '',
  };
}

/** What the form asks of the host; what it does not show (VLAN, bond, bridge, IPv6) stays as it was. */
export function settingsOf(d: Draft, confirmed?: AdapterSettings): AdapterSettings {
  const mtu = Number(d.mtu);
  return {
    ...confirmed,
    name: d.name,
    dhcp: d.dhcp,
    addresses: d.dhcp ? [] : listOf(d.addresses),
    gateway: d.dhcp ? '' : d.gateway.trim(),
    dns: listOf(d.dns),
    search: listOf(d.search),
    mtu: Number.isInteger(mtu) && mtu > 0 ? mtu : undefined,
  };
}

const bare = (cidr: string): string => cidr.split('/')[0] ?? '';

/** Where the browser must go after the change; empty when the address in its address bar stays. */
export function movesTo(hostname: string, adapter: Adapter, next: AdapterSettings): string {
  const here = hostname.replace(/^\[|\]$/g, '');
  if (!adapter.addresses.map(bare).includes(here) || next.dhcp) return '';
  const to = (next.addresses ?? []).map(bare);
  return to.includes(here) ? '' : (to[0] ?? '');
}
