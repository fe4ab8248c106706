import { DescriptionList, DescriptionListDescription, DescriptionListGroup, DescriptionListTerm, SearchInput, Toolbar, ToolbarContent, ToolbarItem } from '@patternfly/react-core';
import { ActionsColumn, ExpandableRowContent, Table, Tbody, Td, Th, Thead, Tr } from '@patternfly/react-table';
import { useState } from 'react';
import { api, dataOf, type ContentItem } from '../../api/client';
import { useLoad } from '../../api/use';
import { bytes, percent } from '../../format';
import { Loading, Refusal, State, When } from '../../parts/Parts';
import { t } from '../../texts';

export function ContentTable({ items, remove }: { items: ContentItem[]; remove?: (i: ContentItem) => void }) {
  const [filter, setFilter] = useState('');
  const [open, setOpen] = useState('');
  const c = t.content.columns;
  const shown = items.filter((i) => i.name.toLowerCase().includes(filter.trim().toLowerCase()));
  return (
    <div>
      <Toolbar>
        <ToolbarContent>
          <ToolbarItem>
            <SearchInput aria-label={t.content.filter} placeholder={t.content.filter} value={filter} onChange={(_, v) => setFilter(v)} onClear={() => setFilter('')} />
          </ToolbarItem>
          <ToolbarItem alignSelf="center">{t.content.usage(items.length, bytes(items.reduce((n, i) => n + i.sizeBytes, 0)))}</ToolbarItem>
        </ToolbarContent>
      </Toolbar>
      <Table variant="compact" aria-label={t.menu.content}>
        <Thead>
          <Tr>
            <Th screenReaderText={t.content.details} /><Th>{c.name}</Th><Th>{c.version}</Th><Th>{c.type}</Th><Th>{c.size}</Th><Th>{c.added}</Th><Th>{c.sync}</Th>
            {remove && <Th screenReaderText={t.actions} />}
          </Tr>
        </Thead>
        {shown.map((i, row) => (
          <Tbody key={i.digest} isExpanded={open === i.digest}>
            <Tr>
              <Td expand={{ rowIndex: row, isExpanded: open === i.digest, onToggle: () => setOpen(open === i.digest ? '' : i.digest) }} />
              <Td dataLabel={c.name}>{i.name}</Td>
              <Td dataLabel={c.version}>{i.version}</Td>
              <Td dataLabel={c.type}>{i.type}</Td>
              <Td dataLabel={c.size}>{bytes(i.sizeBytes)}</Td>
              <Td dataLabel={c.added}><When at={i.addedAt} /></Td>
              <Td dataLabel={c.sync}><SyncCell item={i} /></Td>
              {remove && <Td isActionCell><ActionsColumn items={[{ title: t.delete, onClick: () => remove(i) }]} popperProps={{ position: 'right' }} /></Td>}
            </Tr>
            {open === i.digest && (
              <Tr isExpanded>
                <Td colSpan={remove ? 8 : 7}><ExpandableRowContent><Detail item={i} /></ExpandableRowContent></Td>
              </Tr>
            )}
          </Tbody>
        ))}
      </Table>
    </div>
  );
}

function SyncCell({ item }: { item: ContentItem }) {
  const { completed, pending, failed } = item.sync;
  const state = failed > 0 ? 'failed' : pending > 0 ? 'pending' : 'completed';
  return <State of={state} text={t.content.onHosts(completed, completed + pending + failed)} />;
}

/** The state on every host, and what is in the item. */
function Detail({ item }: { item: ContentItem }) {
  const { data, error } = useLoad(() => dataOf(api.GET('/content/{digest}', { params: { path: { digest: item.digest } } })));
  const rows: [string, string[]][] = [
    [t.content.digest, [item.digest]],
    [t.content.definitions, data?.definitions ?? []],
    [t.content.packs, data?.packs ?? []],
    [t.content.images, data?.images ?? []],
  ];
  return (
    <>
      <ul>
        {item.sync.hosts.map((h) => (
          <li key={h.id}>
            {h.name}: <State of={h.state} /> {h.state === 'pending' && `${percent(h.completedBytes, h.totalBytes)} %, ${bytes(h.completedBytes)} / ${bytes(h.totalBytes)}`} {h.error}
          </li>
        ))}
      </ul>
      <Refusal text={error} />
      {!data && !error && <Loading />}
      {data && (
        <DescriptionList isHorizontal isCompact className="sw-gap">
          {rows.map(([term, list]) => (
            <DescriptionListGroup key={term}>
              <DescriptionListTerm>{term}</DescriptionListTerm>
              <DescriptionListDescription>{list.join(', ') || '–'}</DescriptionListDescription>
            </DescriptionListGroup>
          ))}
        </DescriptionList>
      )}
    </>
  );
}
