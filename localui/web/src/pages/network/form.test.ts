import { describe, expect, it } from 'vitest';
import type { Adapter } from '../../api/client';
import { changeOf, draftOf, emptyDraft, kindOf, movesTo, settingsOf, type Kind } from './form';

const adapter: Adapter = { name: 'lan0', mac: '', addresses: ['10.0.0.5/24', 'fe80::1/64'], dhcp: true, mtu: 1500, gateway: '10.0.0.1', dns: ['10.0.0.1'], carrier: true };

describe('adapter form', () => {
  it('begins with what is confirmed', () => {
    const d = draftOf(adapter, { name: 'lan0', dhcp: false, addresses: ['10.0.0.5/24'], gateway: '10.0.0.1', dns: ['9.9.9.9', '1.1.1.1'], mtu: 9000 });
    expect(d).toMatchObject({ dhcp: false, addresses: '10.0.0.5/24', gateway: '10.0.0.1', dns: '9.9.9.9, 1.1.1.1', mtu: '9000' });
    expect(draftOf(adapter)).toMatchObject({ dhcp: true, addresses: '', gateway: '', dns: '', mtu: '' });
  });
  it('keeps what it does not show and drops addresses for DHCP', () => {
    const confirmed = { name: 'lan0.5', dhcp: false, addresses: ['10.0.0.5/24'], gateway: '10.0.0.1', vlan: { id: 5, parent: 'lan0' } };
    expect(settingsOf({ ...draftOf(adapter, confirmed), name: 'lan0.5', dhcp: true }, confirmed)).toMatchObject({ dhcp: true, addresses: [], gateway: '', vlan: { id: 5, parent: 'lan0' } });
  });
  it.each<[Kind, object, object]>([
    ['vlan', { vlanId: '5' }, { name: 'lan0.5', vlan: { parent: 'lan0', id: 5 } }],
    ['vlan', { name: 'storage', vlanId: 'five' }, { name: 'storage', vlan: { parent: 'lan0', id: 0 } }],
    ['bond', { members: ['lan0', 'lan1'] }, { name: 'bond0', bond: { mode: 'active-backup', members: ['lan0', 'lan1'] } }],
    ['bridge', { stp: true, members: ['lan0'] }, { name: 'br0', bridge: { stp: true, members: ['lan0'] } }],
  ])('a new %s with %j', (kind, c, want) => {
    const settings = settingsOf({ ...emptyDraft(kind, [adapter]), ...c });
    expect(settings).toMatchObject({ ...want, dhcp: true });
    expect(kindOf(settings)).toBe(kind);
  });
  it('takes the addresses of new members only', () => {
    const confirmed = { name: 'br0', dhcp: true, bridge: { stp: false, members: ['lan0'] } };
    const change = changeOf({ ...draftOf({ ...adapter, name: 'br0' }, confirmed), members: ['lan0', 'lan1'] }, confirmed);
    expect(change.slice(1)).toEqual([{ name: 'lan1', dhcp: false }]);
  });
  it('keeps how a bond watches its links', () => {
    const confirmed = { name: 'bond0', dhcp: true, bond: { mode: '802.3ad', members: ['lan0'], monitorMillis: 250 } };
    expect(settingsOf({ ...draftOf({ ...adapter, name: 'bond0' }, confirmed), members: ['lan1'] }, confirmed).bond).toEqual({ mode: '802.3ad', members: ['lan1'], monitorMillis: 250 });
  });
  it.each([['', undefined], ['9000', 9000], ['big', undefined], ['-1', undefined]])('mtu %j', (mtu, want) => {
    expect(settingsOf({ ...draftOf(adapter), mtu }).mtu).toBe(want);
  });
  it.each([
    ['10.0.0.5', ['10.0.0.9/24'], false, '10.0.0.9'],
    ['10.0.0.5', ['10.0.0.5/16'], false, ''],
    ['10.0.0.5', [], true, ''],
    ['other.example', ['10.0.0.9/24'], false, ''],
    ['[fe80::1]', ['10.0.0.9/24'], false, '10.0.0.9'],
  ])('from %s to %j the browser follows', (here, addresses, dhcp, want) => {
    expect(movesTo(here, adapter, { name: 'lan0', dhcp, addresses })).toBe(want);
  });
});
