import { Alert, Button, Card, CardBody, CardTitle, Label } from '@patternfly/react-core';
import { Table, Tbody, Td, Th, Thead, Tr } from '@patternfly/react-table';
import { useState } from 'react';
import { useCaller } from '../../api/caller';
import { api, dataOf, type Host } from '../../api/client';
import { useLoad } from '../../api/use';
import { Ask } from '../../parts/Ask';
import { Loading, Refusal } from '../../parts/Parts';
import { t } from '../../texts';
import { AdapterDialog } from './AdapterDialog';
import { kindOf } from './form';
import { TryBanner } from './TryBanner';

const everyMillis = 2000;

/** The adapters, the change that is on trial, and the way to change one. */
export function Adapters({ host }: { host: Host }) {
  const { data: network, error, reload } = useLoad(() => dataOf(api.GET('/network')), everyMillis);
  const [editing, setEditing] = useState<{ name?: string }>();
  const [removing, setRemoving] = useState('');
  const { mayChange } = useCaller();
  if (!network) {
    return (
      <Card>
        <CardTitle component="h2">{t.network.title}</CardTitle>
        <CardBody>{error ? <Refusal text={error} title={t.errors.load} /> : <Loading />}</CardBody>
      </Card>
    );
  }
  const confirmed = (name?: string) => network.confirmed?.find((c) => c.name === name);
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
              <Th>{t.network.adapter}</Th><Th>{t.network.link}</Th><Th>{t.network.addresses}</Th><Th>{t.network.gateway}</Th><Th>{t.network.dns}</Th>
              <Th>{t.network.mtu}</Th><Th>{t.network.mac}</Th><Th screenReaderText={t.actions} />
            </Tr>
          </Thead>
          <Tbody>
            {network.adapters.map((a) => (
              <Tr key={a.name}>
                <Td dataLabel={t.network.adapter}>
                  {a.name} {a.name === host.managementAdapter && <Label isCompact color="blue">{t.network.management}</Label>}
                </Td>
                <Td dataLabel={t.network.link}><Label status={a.carrier ? 'success' : 'warning'} variant="outline">{a.carrier ? t.network.up : t.network.down}</Label></Td>
                <Td dataLabel={t.network.addresses}>{a.addresses.join(', ') || '–'} {a.dhcp && <Label isCompact>DHCP</Label>}</Td>
                <Td dataLabel={t.network.gateway}>
                  {[a.gateway, a.gateway6].filter(Boolean).join(', ') || '–'} {a.defaultRoute && <Label isCompact>{t.network.defaultRoute}</Label>}
                </Td>
                <Td dataLabel={t.network.dns}>{a.dns.join(', ') || '–'}</Td>
                <Td dataLabel={t.network.mtu}>{a.mtu}</Td>
                <Td dataLabel={t.network.mac}>{a.mac}</Td>
                <Td isActionCell>
                  {mayChange && a.name === host.managementAdapter && <Label isCompact status="info" title={t.network.lockedText}>{t.network.locked}</Label>}
                  {mayChange && a.name !== host.managementAdapter && (
                    <span className="sw-row">
                      <Button variant="link" isInline isDisabled={!settled} onClick={() => setEditing({ name: a.name })} aria-label={t.network.edit(a.name)}>{t.edit}</Button>
                      {kindOf(confirmed(a.name)) !== 'plain' && (
                        <Button variant="link" isInline isDanger isDisabled={!settled} onClick={() => setRemoving(a.name)} aria-label={t.network.removeOf(a.name)}>{t.remove}</Button>
                      )}
                    </span>
                  )}
                </Td>
              </Tr>
            ))}
          </Tbody>
        </Table>
        {host.managementAdapter && <p className="sw-gap">{t.network.lockedText}</p>}
        {mayChange && <Button variant="secondary" className="sw-gap" isDisabled={!settled} onClick={() => setEditing({})}>{t.network.add}</Button>}
        {editing && (
          <AdapterDialog
            adapter={network.adapters.find((a) => a.name === editing.name)} adapters={network.adapters} confirmed={confirmed(editing.name)} locked={host.managementAdapter}
            close={() => {
              setEditing(undefined);
              void reload();
            }}
          />
        )}
        {removing && (
          <Ask
            title={t.network.removeOf(removing)} confirm={t.network.tryIt} danger close={() => setRemoving('')}
            run={() => api.POST('/network/tries', { body: { remove: [removing] } })}
          >
            <p>{t.network.removeText}</p>
          </Ask>
        )}
      </CardBody>
    </Card>
  );
}
