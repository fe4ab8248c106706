import { Table, Tbody, Td, Th, Thead, Tr } from '@patternfly/react-table';
import { api, dataOf, type ClusterService } from '../../api/client';
import { useLoad } from '../../api/use';
import { Loading, Nothing, Refusal } from '../../parts/Parts';
import { t } from '../../texts';

/** The ports of a service in words: 80/TCP (30080). */
export function portsOf(s: ClusterService): string {
  return s.ports.map((p) => `${p.port}/${p.protocol}${p.nodePort ? ` (${p.nodePort})` : ''}`).join(', ') || '–';
}

/** What a browser can open is a link; the rest is said. */
export function Links({ of }: { of: string[] }) {
  if (of.length === 0) return <>–</>;
  return (
    <ul className="sw-plain">
      {of.map((url) => <li key={url}>{/^https?:/.test(url) ? <a href={url} target="_blank" rel="noreferrer">{url}</a> : url}</li>)}
    </ul>
  );
}

export function Services({ name }: { name: string }) {
  const { data, error } = useLoad(() => dataOf(api.GET('/clusters/{name}/services', { params: { path: { name } } })), 15_000);
  const c = t.cluster.services.columns;
  if (!data) return error ? <Refusal text={error} /> : <Loading />;
  return (
    <>
      <Refusal text={error} />
      <p className="sw-gap">{t.cluster.services.text}</p>
      {data.length === 0 ? <Nothing title={t.cluster.services.none} text={t.cluster.services.text} /> : (
        <Table variant="compact" aria-label={t.cluster.services.title}>
          <Thead><Tr><Th>{c.name}</Th><Th>{c.namespace}</Th><Th>{c.type}</Th><Th>{c.address}</Th><Th>{c.ports}</Th><Th>{c.links}</Th></Tr></Thead>
          <Tbody>
            {data.map((s) => (
              <Tr key={`${s.namespace}/${s.name}`}>
                <Td dataLabel={c.name}>{s.name}</Td><Td dataLabel={c.namespace}>{s.namespace || t.cluster.services.hosts}</Td><Td dataLabel={c.type}>{s.type}</Td>
                <Td dataLabel={c.address}>{s.address || '–'}</Td><Td dataLabel={c.ports}>{portsOf(s)}</Td><Td dataLabel={c.links}><Links of={s.links} /></Td>
              </Tr>
            ))}
          </Tbody>
        </Table>
      )}
    </>
  );
}
