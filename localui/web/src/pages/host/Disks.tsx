import { Button, Card, CardBody, CardTitle } from '@patternfly/react-core';
import { Table, Tbody, Td, Th, Thead, Tr } from '@patternfly/react-table';
import { useState } from 'react';
import { useCaller } from '../../api/caller';
import { api, type Host } from '../../api/client';
import { useLive } from '../../api/live';
import { bytes } from '../../format';
import { Ask } from '../../parts/Ask';
import { OperationLine } from '../../parts/Operation';
import { Nothing } from '../../parts/Parts';
import { t } from '../../texts';
import { mayBePool } from './pool';

/** The disks with what is on them, and the way to make an empty one the storage pool. */
export function Disks({ host, changed }: { host: Host; changed: () => Promise<void> }) {
  const [pool, setPool] = useState('');
  const { mayChange } = useCaller();
  const { operations } = useLive();
  const making = operations?.find((o) => o.kind === 'host.pool' && o.state !== 'succeeded');
  const c = t.host;
  const close = () => {
    setPool('');
    void changed();
  };
  return (
    <Card>
      <CardTitle component="h2">{c.disks}</CardTitle>
      <CardBody>
        {host.disks.length === 0 ? (
          <Nothing title={c.noDisks} text={c.noDisksText} />
        ) : (
          <Table variant="compact" aria-label={c.disks}>
            <Thead>
              <Tr>
                <Th>{c.path}</Th><Th>{c.size}</Th><Th>{c.role}</Th><Th>{t.disks.partitions}</Th><Th>{c.model}</Th><Th>{c.serial}</Th><Th screenReaderText={t.actions} />
              </Tr>
            </Thead>
            <Tbody>
              {host.disks.map((d) => (
                <Tr key={d.path}>
                  <Td dataLabel={c.path}>{d.path}</Td>
                  <Td dataLabel={c.size}>{bytes(d.sizeBytes)}</Td>
                  <Td dataLabel={c.role}>{t.disks.roles[d.role] ?? d.role}</Td>
                  <Td dataLabel={t.disks.partitions}>
                    {(d.partitions ?? []).length === 0 && '–'}
                    {d.partitions?.map((p) => <div key={p.path}>{[p.path, bytes(p.sizeBytes), p.type, p.label, p.mount].filter(Boolean).join(' ')}</div>)}
                  </Td>
                  <Td dataLabel={c.model}>{d.model || '–'}</Td>
                  <Td dataLabel={c.serial}>{d.serial || '–'}</Td>
                  <Td isActionCell>
                    {mayChange && mayBePool(host.disks, d) && (
                      <Button variant="link" isInline onClick={() => setPool(d.path)} aria-label={t.disks.poolOf(d.path)}>{t.disks.makePool}</Button>
                    )}
                  </Td>
                </Tr>
              ))}
            </Tbody>
          </Table>
        )}
        {making && <OperationLine op={making} />}
        {pool && (
          <Ask title={t.disks.poolOf(pool)} confirm={t.disks.format} danger typed={host.name} close={close}
            run={() => api.POST('/host/pool', { body: { disk: pool, confirm: host.name } })}
          >
            <p>{t.disks.poolText(pool)}</p>
          </Ask>
        )}
      </CardBody>
    </Card>
  );
}
