import { ExpandableSection, SearchInput } from '@patternfly/react-core';
import { Table, Tbody, Td, Th, Thead, Tr } from '@patternfly/react-table';
import { useState } from 'react';
import { api, dataOf } from '../../api/client';
import { useLoad } from '../../api/use';
import { Loading, Refusal } from '../../parts/Parts';
import { t } from '../../texts';

const shown = 100; // a browser draws that many rows at once without a pause

/** What the system is made from, with versions and licences; loaded when somebody wants to see it. */
export function Licences() {
  const [open, setOpen] = useState(false);
  return (
    <ExpandableSection toggleText={t.licences.title} isExpanded={open} onToggle={(_, next) => setOpen(next)}>
      {open && <List />}
    </ExpandableSection>
  );
}

function List() {
  const { data, error } = useLoad(() => dataOf(api.GET('/about/licences')));
  const [search, setSearch] = useState('');
  if (!data) return error ? <Refusal text={error} title={t.errors.load} /> : <Loading />;
  const wanted = search.toLowerCase();
  const found = data.filter((c) => `${c.name} ${c.licence}`.toLowerCase().includes(wanted));
  return (
    <>
      <SearchInput aria-label={t.licences.search} placeholder={t.licences.search} value={search} onChange={(_, v) => setSearch(v)} onClear={() => setSearch('')} />
      <p className="sw-gap" role="status">{t.licences.count(found.length, Math.min(found.length, shown))}</p>
      <Table aria-label={t.licences.title} variant="compact">
        <Thead>
          <Tr><Th>{t.licences.name}</Th><Th>{t.licences.version}</Th><Th>{t.licences.kind}</Th><Th>{t.licences.licence}</Th></Tr>
        </Thead>
        <Tbody>
          {found.slice(0, shown).map((c) => (
            <Tr key={`${c.kind} ${c.name} ${c.version}`}>
              <Td dataLabel={t.licences.name}>{c.name}</Td>
              <Td dataLabel={t.licences.version}>{c.version}</Td>
              <Td dataLabel={t.licences.kind}>{t.licences.kinds[c.kind] ?? c.kind}</Td>
              <Td dataLabel={t.licences.licence}>{c.licence || t.licences.unknown}</Td>
            </Tr>
          ))}
        </Tbody>
      </Table>
    </>
  );
}
