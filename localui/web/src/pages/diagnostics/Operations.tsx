import { Button } from '@patternfly/react-core';
import { ExpandableRowContent, Table, Tbody, Td, Th, Thead, Tr } from '@patternfly/react-table';
import { useState } from 'react';
import { useCaller } from '../../api/caller';
import { api, type Operation } from '../../api/client';
import { useLive } from '../../api/live';
import { useAction } from '../../api/use';
import { Loading, Nothing, Refusal, State, When } from '../../parts/Parts';
import { Steps } from '../../parts/Operation';
import { t } from '../../texts';

/** The long work of this host, newest first. */
export function Operations() {
  const { operations } = useLive();
  const [open, setOpen] = useState('');
  const { mayChange } = useCaller();
  const cancel = useAction((id: string) => api.POST('/operations/{id}/cancel', { params: { path: { id } } }));
  if (!operations) return <Loading />;
  if (operations.length === 0) return <Nothing title={t.diagnostics.noOperations} text={t.diagnostics.noOperationsText} />;
  const c = t.diagnostics.columns;
  const ends = (o: Operation) => o.state === 'running' || o.state === 'pending';
  return (
    <>
      <Refusal text={cancel.error} />
      <Table variant="compact" aria-label={t.diagnostics.operations}>
        <Thead>
          <Tr><Th screenReaderText={t.content.details} /><Th>{c.what}</Th><Th>{c.state}</Th><Th>{c.began}</Th><Th>{c.ended}</Th><Th screenReaderText={t.actions} /></Tr>
        </Thead>
        {operations.map((o, row) => (
          <Tbody key={o.id} isExpanded={open === o.id}>
            <Tr>
              <Td expand={{ rowIndex: row, isExpanded: open === o.id, onToggle: () => setOpen(open === o.id ? '' : o.id) }} />
              <Td dataLabel={c.what}>{o.title ?? o.kind}</Td>
              <Td dataLabel={c.state}><State of={o.state} /></Td>
              <Td dataLabel={c.began}><When at={o.createdAt} /></Td>
              <Td dataLabel={c.ended}><When at={o.endedAt} /></Td>
              <Td isActionCell>
                {mayChange && ends(o) && <Button variant="link" isInline onClick={() => void cancel.start(o.id)}>{t.cancel}</Button>}
              </Td>
            </Tr>
            {open === o.id && (
              <Tr isExpanded>
                <Td colSpan={6}>
                  <ExpandableRowContent>
                    <Refusal text={o.error ?? ''} title={o.title} />
                    <Steps steps={o.steps} label={o.title ?? o.kind} />
                  </ExpandableRowContent>
                </Td>
              </Tr>
            )}
          </Tbody>
        ))}
      </Table>
    </>
  );
}
