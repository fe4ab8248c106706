import { Card, CardBody, CardTitle, DescriptionList, DescriptionListDescription, DescriptionListGroup, DescriptionListTerm } from '@patternfly/react-core';
import { Table, Tbody, Td, Th, Thead, Tr } from '@patternfly/react-table';
import type { ReactNode } from 'react';
import { api, dataOf, type Host } from '../../api/client';
import { useLoad } from '../../api/use';
import { bytes, duration } from '../../format';
import { Loading, Nothing, PageBody, Refusal, State } from '../../parts/Parts';
import { t } from '../../texts';
import { Adapters } from '../network/Adapters';
import { HostName } from './HostName';
import { Power } from './Power';

const everyMillis = 5000;

export default function HostPage() {
  const { data: host, error } = useLoad(() => dataOf(api.GET('/host')), everyMillis);
  return (
    <PageBody title={t.menu.host} lead={host?.name} actions={host && <Power host={host} />}>
      <Refusal text={error} title={t.errors.load} />
      {!host && !error && <Loading />}
      {host && (
        <>
          <Summary host={host} />
          <Adapters />
          <Disks host={host} />
        </>
      )}
    </PageBody>
  );
}

function Summary({ host }: { host: Host }) {
  const rows: [string, ReactNode][] = [
    [t.host.name, <HostName host={host} />],
    [t.host.status, <State of={host.status} />],
    [t.host.addresses, host.addresses.join(', ')],
    [t.host.version, host.agentVersion],
    [t.host.os, `${host.os}, ${host.kernel}`],
    [t.host.cpus, host.cpus],
    [t.host.memory, bytes(host.memoryBytes)],
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

function Disks({ host }: { host: Host }) {
  return (
    <Card>
      <CardTitle component="h2">{t.host.disks}</CardTitle>
      <CardBody>
        {host.disks.length === 0 ? (
          <Nothing title={t.host.noDisks} text={t.host.noDisksText} />
        ) : (
          <Table variant="compact" aria-label={t.host.disks}>
            <Thead>
              <Tr>
                <Th>{t.host.path}</Th><Th>{t.host.size}</Th><Th>{t.host.role}</Th><Th>{t.host.model}</Th><Th>{t.host.serial}</Th>
              </Tr>
            </Thead>
            <Tbody>
              {host.disks.map((d) => (
                <Tr key={d.path}>
                  <Td dataLabel={t.host.path}>{d.path}</Td>
                  <Td dataLabel={t.host.size}>{bytes(d.sizeBytes)}</Td>
                  <Td dataLabel={t.host.role}>{d.role || '–'}</Td>
                  <Td dataLabel={t.host.model}>{d.model || '–'}</Td>
                  <Td dataLabel={t.host.serial}>{d.serial || '–'}</Td>
                </Tr>
              ))}
            </Tbody>
          </Table>
        )}
      </CardBody>
    </Card>
  );
}
