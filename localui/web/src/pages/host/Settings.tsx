import { Button, Card, CardBody, CardTitle, DescriptionList, DescriptionListDescription, DescriptionListGroup, DescriptionListTerm } from '@patternfly/react-core';
import { useState, type ReactNode } from 'react';
import { useCaller } from '../../api/caller';
import { api, dataOf, type Host, type Network, type Proxy } from '../../api/client';
import { useLoad } from '../../api/use';
import { Refusal, When } from '../../parts/Parts';
import { t } from '../../texts';
import { DnsDialog } from './DnsDialog';
import { ProxyDialog } from './ProxyDialog';
import { ConsoleDialog, ManagementDialog, TimeDialog } from './SmallDialogs';

type Which = 'proxy' | 'dns' | 'time' | 'management' | 'console';
const everyMillis = 10000;

/** What is set for this host beside its adapters, each with the way to change it. */
export function HostSettings({ host, changed }: { host: Host; changed: () => Promise<void> }) {
  const proxy = useLoad(() => dataOf(api.GET('/host/proxy')), everyMillis);
  const network = useLoad(() => dataOf(api.GET('/network')), everyMillis);
  const [editing, setEditing] = useState<Which>();
  const { mayChange } = useCaller();
  const c = t.hostSettings;
  const close = () => {
    setEditing(undefined);
    void Promise.all([changed(), proxy.reload(), network.reload()]);
  };
  const rows: [Which, string, string, ReactNode][] = [
    ['proxy', c.proxy, c.proxyEdit, <ProxyText proxy={proxy.data} />],
    ['dns', c.dns, c.dnsEdit, <DnsText network={network.data} />],
    ['time', c.time, c.timeEdit, <TimeText host={host} />],
    ['management', c.management, c.managementEdit, host.managementAdapter || c.automatic],
    ['console', c.console, c.consoleEdit, host.consoleDisplayOnly ? c.consoleLocked : c.consoleOpen],
  ];
  return (
    <Card>
      <CardTitle component="h2">{c.title}</CardTitle>
      <CardBody>
        <Refusal text={proxy.error || network.error} title={t.errors.load} />
        <DescriptionList isHorizontal>
          {rows.map(([which, term, edit, value]) => (
            <DescriptionListGroup key={which}>
              <DescriptionListTerm>{term}</DescriptionListTerm>
              <DescriptionListDescription className="sw-break">
                {value} {mayChange && <Button variant="link" isInline onClick={() => setEditing(which)} aria-label={edit}>{t.edit}</Button>}
              </DescriptionListDescription>
            </DescriptionListGroup>
          ))}
        </DescriptionList>
        {editing === 'proxy' && proxy.data && <ProxyDialog proxy={proxy.data} close={close} />}
        {editing === 'dns' && network.data && <DnsDialog network={network.data} close={close} />}
        {editing === 'time' && <TimeDialog host={host} close={close} />}
        {editing === 'management' && <ManagementDialog host={host} close={close} />}
        {editing === 'console' && <ConsoleDialog host={host} close={close} />}
      </CardBody>
    </Card>
  );
}

function ProxyText({ proxy }: { proxy?: Proxy }) {
  const c = t.hostSettings;
  if (!proxy) return <>–</>;
  const lines = [
    proxy.http && `HTTP ${proxy.http}`,
    proxy.https && `HTTPS ${proxy.https}`,
    proxy.noProxy.length > 0 && `${c.noProxy}: ${proxy.noProxy.join(', ')}`,
  ].filter(Boolean);
  return (
    <>
      {lines.length === 0 && c.none}
      {lines.map((l) => <div key={String(l)}>{l}</div>)}
      {proxy.authorities.map((a) => <div key={a.subject + a.notAfter}>{c.authority(a.subject)} <When at={a.notAfter} /></div>)}
    </>
  );
}

function DnsText({ network }: { network?: Network }) {
  const lines = (network?.adapters ?? []).filter((a) => a.dns.length > 0).map((a) => `${a.name}: ${a.dns.join(', ')}`);
  return <>{lines.length === 0 ? t.hostSettings.none : lines.map((l) => <div key={l}>{l}</div>)}</>;
}

function TimeText({ host }: { host: Host }) {
  const c = t.hostSettings;
  return (
    <>
      {(host.clock?.servers ?? []).join(', ') || c.timeOfDHCP}
      <div>{host.clock?.synchronized ? c.synchronized : c.notSynchronized}</div>
    </>
  );
}
