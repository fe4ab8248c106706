import { Alert, Card, CardBody, CardTitle, DescriptionList, DescriptionListDescription, DescriptionListGroup, DescriptionListTerm } from '@patternfly/react-core';
import type { ReactNode } from 'react';
import { api, dataOf, type Host } from '../../api/client';
import { useLoad } from '../../api/use';
import { bytes, duration } from '../../format';
import { Loading, PageBody, Refusal, State } from '../../parts/Parts';
import { t } from '../../texts';
import { Adapters } from '../network/Adapters';
import { Disks } from './Disks';
import { HostName } from './HostName';
import { Power } from './Power';
import { HostSettings } from './Settings';
import { Tags } from './Tags';
import { UpgradeButton, UpgradeNotice } from './Upgrade';
import { UserDataButton } from './UserData';

const everyMillis = 5000;

export default function HostPage() {
  const { data: host, error, reload } = useLoad(() => dataOf(api.GET('/host')), everyMillis);
  return (
    <PageBody title={t.menu.host} lead={host?.name} actions={host && <><UserDataButton host={host} changed={reload} /><UpgradeButton host={host} /><Power host={host} /></>}>
      <Refusal text={error} title={t.errors.load} />
      {!host && !error && <Loading />}
      {host && (
        <>
          <UpgradeNotice />
          {(host.warnings ?? []).map((w) => <Alert key={w.id + w.message} component="p" variant="warning" isInline title={w.message}>{w.fix}</Alert>)}
          <Summary host={host} changed={reload} />
          <Adapters host={host} />
          <HostSettings host={host} changed={reload} />
          <Disks host={host} changed={reload} />
        </>
      )}
    </PageBody>
  );
}

function Summary({ host, changed }: { host: Host; changed: () => Promise<void> }) {
  const rows: [string, ReactNode][] = [
    [t.host.name, <HostName host={host} />],
    [t.host.status, <State of={host.status} />],
    [t.host.tags, <Tags host={host} changed={changed} />],
    [t.host.addresses, host.addresses.join(', ')],
    [t.host.version, host.agentVersion],
    [t.host.mode, host.managementMode ? t.host.modes[host.managementMode] : '–'],
    [t.host.configuration, <Configuration of={host.configuration} />],
    [t.host.os, `${host.os}, ${host.kernel}`],
    [t.host.product, host.product || '–'],
    [t.host.cpus, host.cpuModel ? `${host.cpus} × ${host.cpuModel}` : host.cpus],
    [t.host.memory, bytes(host.memoryBytes)],
    [t.host.gpus, (host.gpus ?? []).join(', ') || t.hostSettings.none],
    [t.host.secureBoot, t.host.secureBootStates[host.secureBoot ?? ''] ?? '–'],
    [t.host.uptime, duration(host.uptimeSeconds)],
    [t.host.id, <span className="sw-token">{host.id}</span>],
    [t.host.fingerprint, <span className="sw-token">{host.fingerprint}</span>],
  ];
  return (
    <Card>
      <CardTitle component="h2">{t.host.summary}</CardTitle>
      <CardBody>
        <DescriptionList isHorizontal columnModifier={{ default: '1Col', xl: '2Col' }}>
          {rows.map(([term, value]) => (
            <DescriptionListGroup key={term}>
              <DescriptionListTerm>{term}</DescriptionListTerm>
              <DescriptionListDescription>{value}</DescriptionListDescription>
            </DescriptionListGroup>
          ))}
        </DescriptionList>
      </CardBody>
    </Card>
  );
}

/** What became of what was preset for the host. */
function Configuration({ of: c }: { of: Host['configuration'] }) {
  if (!c) return <>–</>;
  return <><State of={c.state} /> <div className="sw-break">{c.message}</div></>;
}
