import type { Adapter, AdapterSettings } from '../../api/client';

export type Kind = 'plain' | 'vlan' | 'bond' | 'bridge';

/** An adapter's settings as the form holds them: all text, as typed. */
export interface Draft {
  name: string;
  kind: Kind;
  /** Of a VLAN. */
  parent: string;
  vlanId: string;
  /** Of a bond or a bridge. */
  members: string[];
  bondMode: string;
  /** How often a bond looks at its members' links, in milliseconds. */
  monitor: string;
  stp: boolean;
  dhcp: boolean;
  /** Neither DHCP nor an IPv4 address. */
  none: boolean;
  ipv6: NonNullable<AdapterSettings['ipv6']>;
  gateway6: string;
  addresses: string;
  gateway: string;
  dns: string;
  search: string;
  mtu: string;
}

export const listOf = (text: string): string[] => text.split(/[\s,]+/).filter(Boolean);

/** What the form of a new adapter begins with. */
export function emptyDraft(kind: Kind, adapters: Adapter[]): Draft {
  const name = { plain: '', vlan: '', bond: 'bond0', bridge: 'br0' }[kind];
  return {
    name, kind, parent: adapters[0]?.name ?? '', vlanId: '', members: [], bondMode: 'active-backup', monitor: '', stp: false, dhcp: true, none: false, ipv6: '', gateway6: '', addresses: '', gateway: '', dns: '', search: '', mtu: '',
  };
}

export function kindOf(s?: AdapterSettings): Kind {
  return s?.vlan ? 'vlan' : s?.bond ? 'bond' : s?.bridge ? 'bridge' : 'plain';
}

/** What the form begins with: the confirmed settings, else what the kernel reports. */
export function draftOf(adapter: Adapter, confirmed?: AdapterSettings): Draft {
  const s = confirmed ?? { dhcp: adapter.dhcp, addresses: adapter.dhcp ? [] : adapter.addresses, gateway: adapter.dhcp ? '' : adapter.gateway, dns: adapter.dhcp ? [] : adapter.dns };
  const kind = kindOf(confirmed);
  return {
    ...emptyDraft(kind, []),
    name: adapter.name,
    parent: confirmed?.vlan?.parent ?? '',
    vlanId: confirmed?.vlan ? String(confirmed.vlan.id) : '',
    members: confirmed?.bond?.members ?? confirmed?.bridge?.members ?? [],
    bondMode: confirmed?.bond?.mode ?? 'active-backup',
    monitor: confirmed?.bond?.monitorMillis ? String(confirmed.bond.monitorMillis) : '',
    stp: confirmed?.bridge?.stp ?? false,
    dhcp: s.dhcp,
    none: !!confirmed && !s.dhcp && (s.addresses ?? []).length === 0,
    ipv6: confirmed?.ipv6 ?? '',
    gateway6: confirmed?.gateway6 ?? '',
    addresses: (s.addresses ?? []).join(', '),
    gateway: s.gateway ?? '',
    dns: (s.dns ?? []).join(', '),
    search: (confirmed?.search ?? []).join(', '),
    mtu: confirmed?.mtu ? String(confirmed.mtu) : '',
  };
}

const whole = (text: string): number | undefined => (/^\d{1,6}$/.test(text.trim()) && Number(text) > 0 ? Number(text) : undefined);

const idOf = (text: string): number => (/^\d{1,4}$/.test(text.trim()) ? Number(text) : 0);

/** What makes an adapter more than a plain one. A VLAN without a name is called after its parent and id. */
function virtual(d: Draft): Partial<AdapterSettings> {
  switch (d.kind) {
    case 'vlan':
      return { name: d.name.trim() || `${d.parent}.${idOf(d.vlanId)}`, vlan: { parent: d.parent, id: idOf(d.vlanId) } };
    case 'bond':
      return { bond: { mode: d.bondMode, members: d.members, monitorMillis: whole(d.monitor) } };
    case 'bridge':
      return { bridge: { stp: d.stp, members: d.members } };
    case 'plain':
      return {};
  }
}

/** What the form asks of the host. */
export function settingsOf(d: Draft, confirmed?: AdapterSettings): AdapterSettings {
  return {
    ...confirmed,
    name: d.name.trim(),
    ...virtual(d),
    dhcp: d.dhcp,
    addresses: d.dhcp || d.none ? [] : listOf(d.addresses),
    gateway: d.dhcp || d.none ? '' : d.gateway.trim(),
    ...(d.ipv6 || confirmed?.ipv6 ? { ipv6: d.ipv6 } : {}),
    ...(d.gateway6.trim() || confirmed?.gateway6 ? { gateway6: d.ipv6 === 'off' ? '' : d.gateway6.trim() } : {}),
    dns: listOf(d.dns),
    search: listOf(d.search),
    mtu: whole(d.mtu),
  };
}

/** The whole change: an adapter that becomes a member of a bond or bridge gives up its own addresses. */
export function changeOf(d: Draft, confirmed?: AdapterSettings): AdapterSettings[] {
  const had = confirmed?.bond?.members ?? confirmed?.bridge?.members ?? [];
  const joining = d.kind === 'bond' || d.kind === 'bridge' ? d.members.filter((m) => !had.includes(m)) : [];
  return [settingsOf(d, confirmed), ...joining.map((name) => ({ name, dhcp: false }))];
}

const bare = (cidr: string): string => cidr.split('/')[0] ?? '';

/** Where the browser must go after the change; empty when the address in its address bar stays. */
export function movesTo(hostname: string, adapter: Adapter, next: AdapterSettings): string {
  const here = hostname.replace(/^\[|\]$/g, '');
  if (!adapter.addresses.map(bare).includes(here) || next.dhcp) return '';
  const to = (next.addresses ?? []).map(bare);
  return to.includes(here) ? '' : (to[0] ?? '');
}
