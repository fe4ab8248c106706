import { Alert, Button, Card, CardBody, CardTitle, Label } from '@patternfly/react-core';
import { Table, Tbody, Td, Th, Thead, Tr } from '@patternfly/react-table';
import { useState } from 'react';
import { useCaller } from '../../api/caller';
import { api, dataOf } from '../../api/client';
import { useLoad } from '../../api/use';
import { Refusal } from '../../parts/Parts';
import { t } from '../../texts';
import { AdapterDialog } from './AdapterDialog';
import { TryBanner } from './TryBanner';

const everyMillis = 2000;

/** The adapters, the change that is on trial, and the way to change one. */
export function Adapters() {
  const { data: network, error, reload } = useLoad(() => dataOf(api.GET('/network')), everyMillis);
  const [editing, setEditing] = useState('');
  const { mayChange } = useCaller();
  if (!network) return <Refusal text={error} title={t.errors.load} />;
  const adapter = network.adapters.find((a) => a.name === editing);
  const settled = !network.try || network.try.state === 'confirmed' || network.try.state === 'rolled-back';
  return (
    <Card>
      <CardTitle component="h2">{t.network.title}</CardTitle>
      <CardBody>
        {network.trouble && <Alert component="p" variant="danger" isInline title={network.trouble} />}
        {network.try && <TryBanner attempt={network.try} reload={reload} />}
        <Table variant="compact" aria-label={t.network.title}>
          <Thead>
            <Tr>
              <Th modifier="nowrap">{t.network.adapter}</Th><Th modifier="nowrap">{t.network.link}</Th><Th modifier="nowrap">{t.network.addresses}</Th><Th modifier="nowrap">{t.network.gateway}</Th><Th modifier="nowrap">{t.network.dns}</Th>
              <Th modifier="nowrap">{t.network.mtu}</Th><Th modifier="nowrap">{t.network.mac}</Th><Th screenReaderText={t.actions} />
            </Tr>
          </Thead>
          <Tbody>
            {network.adapters.map((a) => (
              <Tr key={a.name}>
                <Td dataLabel={t.network.adapter}>{a.name}</Td>
                <Td dataLabel={t.network.link}><Label status={a.carrier ? 'success' : 'warning'} variant="outline">{a.carrier ? t.network.up : t.network.down}</Label></Td>
                <Td dataLabel={t.network.addresses}>{a.addresses.join(', ') || '–'} {a.dhcp && <Label isCompact>DHCP</Label>}</Td>
                <Td dataLabel={t.network.gateway}>{a.gateway || '–'}</Td>
                <Td dataLabel={t.network.dns}>{a.dns.join(', ') || '–'}</Td>
                <Td dataLabel={t.network.mtu}>{a.mtu}</Td>
                <Td dataLabel={t.network.mac}>{a.mac}</Td>
                <Td isActionCell>
                  {mayChange && (
                    <Button variant="link" isInline isDisabled={!settled} onClick={() => setEditing(a.name)} aria-label={t.network.edit(a.name)}>{t.edit}</Button>
                  )}
                </Td>
              </Tr>
            ))}
          </Tbody>
        </Table>
        {adapter && (
          <AdapterDialog
            adapter={adapter} confirmed={network.confirmed?.find((c) => c.name === adapter.name)}
            close={() => {
              setEditing('');
              void reload();
            }}
          />
        )}
      </CardBody>
    </Card>
  );
}
