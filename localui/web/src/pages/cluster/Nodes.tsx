import { Table, Tbody, Td, Th, Thead, Tr } from '@patternfly/react-table';
import type { Cluster } from '../../api/client';
import { asSentence, Nothing, State, When } from '../../parts/Parts';
import { t } from '../../texts';

export function Nodes({ cluster }: { cluster: Cluster }) {
  const c = t.cluster.columns;
  if (cluster.nodes.length === 0) return <Nothing title={t.cluster.noNodes} text={t.cluster.noNodesText} />;
  return (
    <Table variant="compact" aria-label={t.cluster.nodes}>
      <Thead><Tr><Th>{c.name}</Th><Th>{c.role}</Th><Th>{c.status}</Th><Th>{c.address}</Th><Th>{c.version}</Th><Th>{c.architecture}</Th><Th>{c.since}</Th></Tr></Thead>
      <Tbody>
        {cluster.nodes.map((n) => (
          <Tr key={n.name}>
            <Td dataLabel={c.name}>{n.name}</Td>
            <Td dataLabel={c.role}>{t.states[n.role] ?? n.role}</Td>
            <Td dataLabel={c.status}><State of={n.ready ? 'Ready' : 'NotReady'} text={n.ready ? t.cluster.ready : t.cluster.notReady} /> {asSentence(n.reason)}</Td>
            <Td dataLabel={c.address}>{n.address || '–'}</Td>
            <Td dataLabel={c.version}>{n.version || '–'}</Td>
            <Td dataLabel={c.architecture}>{n.architecture || '–'}</Td>
            <Td dataLabel={c.since}><When at={n.createdAt} /></Td>
          </Tr>
        ))}
      </Tbody>
    </Table>
  );
}
