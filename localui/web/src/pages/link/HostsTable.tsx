import { Label } from '@patternfly/react-core';
import { ActionsColumn, Table, Tbody, Td, Th, Thead, Tr, type IAction } from '@patternfly/react-table';
import type { Link, LinkedHost } from '../../api/client';
import { bytes, percent } from '../../format';
import { inPage, State, When } from '../../parts/Parts';
import { uiOf } from '../../parts/leader';
import { t } from '../../texts';

/** "Syncing 41 %, 1.2 GiB / 3.0 GiB". */
export function contentText(h: LinkedHost): string {
  const name = t.states[h.content] ?? h.content;
  const total = h.totalBytes ?? 0;
  if (h.content === 'Synced' || total === 0) return name;
  const done = h.completedBytes ?? 0;
  return `${name} ${percent(done, total)} %, ${bytes(done)} / ${bytes(total)}`;
}

/** A host that is part of a cluster stays linked. */
const unlinkItem = (h: LinkedHost, unlink: (h: LinkedHost) => void): IAction => ({
  title: t.link.unlink, onClick: () => unlink(h), isAriaDisabled: h.status === 'InUse', description: h.status === 'InUse' ? t.link.unlinkInUse : undefined,
});

/** The hosts of the group, each with the way to its own pages. */
export function HostsTable({ link, unlink }: { link: Link; unlink?: (h: LinkedHost) => void }) {
  const c = t.link.columns;
  return (
    <Table variant="compact" aria-label={t.menu.link}>
      <Thead>
        <Tr>
          <Th>{c.address}</Th><Th>{c.name}</Th><Th>{c.role}</Th><Th>{c.status}</Th><Th>{c.content}</Th><Th>{c.health}</Th><Th>{c.seen}</Th>
          {unlink && <Th screenReaderText={t.actions} />}
        </Tr>
      </Thead>
      <Tbody>
        {link.hosts.map((h) => (
          <Tr key={h.id}>
            <Td dataLabel={c.address}><a href={uiOf(h)}>{h.address}</a></Td>
            <Td dataLabel={c.name}>{h.name}</Td>
            <Td dataLabel={c.role}><Label variant="outline">{t.states[h.role] ?? h.role}</Label></Td>
            <Td dataLabel={c.status}><State of={h.status} /></Td>
            <Td dataLabel={c.content}><State of={h.content} text={contentText(h)} /></Td>
            <Td dataLabel={c.health}><State of={h.health} />{h.healthReason && ` ${h.healthReason}`}</Td>
            <Td dataLabel={c.seen}><When at={h.lastSeen} /></Td>
            {unlink && (
              <Td isActionCell>
                {h.role !== 'leader' && <ActionsColumn items={[unlinkItem(h, unlink)]} popperProps={{ position: 'right', appendTo: inPage }} />}
              </Td>
            )}
          </Tr>
        ))}
      </Tbody>
    </Table>
  );
}
