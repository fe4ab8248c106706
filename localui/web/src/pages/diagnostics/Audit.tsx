import { Button, SearchInput, Toolbar, ToolbarContent, ToolbarItem } from '@patternfly/react-core';
import { Table, Tbody, Td, Th, Thead, Tr } from '@patternfly/react-table';
import { useState } from 'react';
import { api, dataOf } from '../../api/client';
import { useLoad } from '../../api/use';
import { Loading, Refusal, When } from '../../parts/Parts';
import { download } from '../../parts/download';
import { t } from '../../texts';

const everyMillis = 5000;
const limit = 1000;

/** Who changed what, newest first, filtered by anything in the row. */
export function Audit() {
  const { data, error } = useLoad(() => dataOf(api.GET('/audit', { params: { query: { limit } } })), everyMillis);
  const [filter, setFilter] = useState('');
  if (!data) return error ? <Refusal text={error} title={t.errors.load} /> : <Loading />;
  const word = filter.trim().toLowerCase();
  const rows = data.filter((e) => [e.user, e.action, e.outcome, e.address, e.via].join(' ').toLowerCase().includes(word));
  const c = t.diagnostics.columns;
  return (
    <>
      <Toolbar>
        <ToolbarContent>
          <ToolbarItem><SearchInput aria-label={t.filter} placeholder={t.filter} value={filter} onChange={(_, v) => setFilter(v)} onClear={() => setFilter('')} /></ToolbarItem>
          <ToolbarItem>
            <Button variant="secondary" onClick={() => download('audit.json', 'application/json', JSON.stringify(rows, null, 1))}>{t.download}</Button>
          </ToolbarItem>
        </ToolbarContent>
      </Toolbar>
      <Table variant="compact" aria-label={t.diagnostics.audit}>
        <Thead>
          <Tr><Th>{c.time}</Th><Th>{c.user}</Th><Th>{c.action}</Th><Th>{c.outcome}</Th><Th>{c.from}</Th></Tr>
        </Thead>
        <Tbody>
          {rows.map((e, i) => (
            <Tr key={`${e.time} ${i}`}>
              <Td dataLabel={c.time}><When at={e.time} /></Td>
              <Td dataLabel={c.user}>{e.user || '–'}</Td>
              <Td dataLabel={c.action} modifier="breakWord">{e.action}</Td>
              <Td dataLabel={c.outcome}>{e.outcome}</Td>
              <Td dataLabel={c.from}>{[e.via, e.address].filter(Boolean).join(' ')}</Td>
            </Tr>
          ))}
        </Tbody>
      </Table>
    </>
  );
}
