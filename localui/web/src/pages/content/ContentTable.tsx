import {
  Button, DescriptionList, DescriptionListDescription, DescriptionListGroup, DescriptionListTerm, FormSelect, FormSelectOption, SearchInput, Toolbar, ToolbarContent, ToolbarItem,
} from '@patternfly/react-core';
import { ActionsColumn, ExpandableRowContent, Table, Tbody, Td, Th, Thead, Tr, type ThProps } from '@patternfly/react-table';
import { useState } from 'react';
import { api, dataOf, type ContentItem } from '../../api/client';
import { useLoad } from '../../api/use';
import { bytes, percent } from '../../format';
import { inPage, Loading, Nothing, Refusal, State, When } from '../../parts/Parts';
import { t } from '../../texts';
import { choose, stateOf, type Column, type Filter } from './choose';

export function ContentTable({ items, remove }: { items: ContentItem[]; remove?: (i: ContentItem) => void }) {
  const [filter, setFilter] = useState<Filter>({ words: '', type: '', state: '' });
  const [order, setOrder] = useState<{ by: Column; descending: boolean }>({ by: 'addedAt', descending: true });
  const [open, setOpen] = useState('');
  const c = t.content.columns;
  const shown = choose(items, filter, order.by, order.descending);
  const sort = (by: Column): ThProps['sort'] => ({
    sortBy: { index: order.by === by ? 0 : 1, direction: order.descending ? 'desc' : 'asc' }, columnIndex: 0, onSort: (_, __, direction) => setOrder({ by, descending: direction === 'desc' }),
  });
  const types = [...new Set(items.map((i) => i.type))];
  return (
    <div>
      <Toolbar>
        <ToolbarContent>
          <ToolbarItem>
            <SearchInput
              aria-label={t.content.filter} placeholder={t.content.filter} value={filter.words}
              onChange={(_, words) => setFilter({ ...filter, words })} onClear={() => setFilter({ ...filter, words: '' })}
            />
          </ToolbarItem>
          <ToolbarItem>
            <FormSelect value={filter.type} onChange={(_, type) => setFilter({ ...filter, type })} aria-label={c.type}>
              <FormSelectOption value="" label={t.content.allTypes} />
              {types.map((x) => <FormSelectOption key={x} value={x} label={x} />)}
            </FormSelect>
          </ToolbarItem>
          <ToolbarItem>
            <FormSelect value={filter.state} onChange={(_, state) => setFilter({ ...filter, state })} aria-label={c.sync}>
              <FormSelectOption value="" label={t.content.allStates} />
              {(['completed', 'pending', 'failed'] as const).map((x) => <FormSelectOption key={x} value={x} label={t.states[x] ?? x} />)}
            </FormSelect>
          </ToolbarItem>
          <ToolbarItem alignSelf="center">{t.content.usage(items.length, bytes(items.reduce((n, i) => n + i.sizeBytes, 0)))}</ToolbarItem>
        </ToolbarContent>
      </Toolbar>
      <Table variant="compact" aria-label={t.menu.content}>
        <Thead>
          <Tr>
            <Th screenReaderText={t.content.details} /><Th sort={sort('name')}>{c.name}</Th><Th sort={sort('version')}>{c.version}</Th><Th sort={sort('type')}>{c.type}</Th>
            <Th sort={sort('sizeBytes')}>{c.size}</Th><Th sort={sort('addedAt')}>{c.added}</Th><Th>{c.sync}</Th>
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
              {remove && <Td isActionCell><ActionsColumn items={[{ title: t.delete, onClick: () => remove(i) }]} popperProps={{ position: 'right', appendTo: inPage }} /></Td>}
            </Tr>
            {open === i.digest && (
              <Tr isExpanded>
                <Td colSpan={remove ? 8 : 7}><ExpandableRowContent><Detail item={i} /></ExpandableRowContent></Td>
              </Tr>
            )}
          </Tbody>
        ))}
      </Table>
      {shown.length === 0 && <Nothing title={t.content.noMatch} text={t.content.noMatchText}><Button variant="link" onClick={() => setFilter({ words: '', type: '', state: '' })}>{t.content.showAll}</Button></Nothing>}
    </div>
  );
}

function SyncCell({ item }: { item: ContentItem }) {
  const { completed, pending, failed } = item.sync;
  return <State of={stateOf(item)} text={t.content.onHosts(completed, completed + pending + failed)} />;
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
      <Table variant="compact" borders={false} aria-label={t.content.hosts} className="sw-gap">
        <Thead><Tr><Th>{t.link.columns.name}</Th><Th>{t.link.columns.status}</Th><Th>{t.steps.progress}</Th><Th>{t.cluster.columns.message}</Th></Tr></Thead>
        <Tbody>
          {item.sync.hosts.map((h) => (
            <Tr key={h.id}>
              <Td dataLabel={t.link.columns.name}>{h.name}</Td>
              <Td dataLabel={t.link.columns.status}><State of={h.state} /></Td>
              <Td dataLabel={t.steps.progress}>{h.state === 'completed' ? bytes(h.totalBytes) : `${bytes(h.completedBytes)} / ${bytes(h.totalBytes)} (${percent(h.completedBytes, h.totalBytes)} %)`}</Td>
              <Td dataLabel={t.cluster.columns.message}>{h.error || '–'}</Td>
            </Tr>
          ))}
        </Tbody>
      </Table>
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
