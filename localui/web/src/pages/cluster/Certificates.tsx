import { Table, Tbody, Td, Th, Thead, Tr } from '@patternfly/react-table';
import { api, dataOf } from '../../api/client';
import { useLoad } from '../../api/use';
import { Loading, Nothing, Refusal, State, When } from '../../parts/Parts';
import { t } from '../../texts';

const day = 24 * 3600 * 1000;

/** Whole days until then, and how that is to be taken. */
export function left(until: string, now: number): { days: number; state: 'ok' | 'warn' | 'fail' } {
  const days = Math.floor((Date.parse(until) - now) / day);
  return { days, state: days < 0 ? 'fail' : days < 30 ? 'warn' : 'ok' };
}

export function Certificates({ name }: { name: string }) {
  const { data, error } = useLoad(() => dataOf(api.GET('/clusters/{name}/certificates', { params: { path: { name } } })), 60_000);
  const x = t.cluster.certificates;
  const c = x.columns;
  if (!data) return error ? <Refusal text={error} /> : <Loading />;
  if (data.length === 0) return <Nothing title={x.none} text={x.noneText} />;
  return (
    <>
      <Refusal text={error} />
      <Table variant="compact" aria-label={x.title}>
        <Thead><Tr><Th>{c.host}</Th><Th>{c.name}</Th><Th>{c.ends}</Th><Th>{c.left}</Th></Tr></Thead>
        <Tbody>
          {data.map((k) => {
            const l = left(k.expiresAt, Date.now());
            return (
              <Tr key={`${k.host} ${k.name}`}>
                <Td dataLabel={c.host}>{k.host}</Td><Td dataLabel={c.name}>{k.name}</Td><Td dataLabel={c.ends}><When at={k.expiresAt} /></Td>
                <Td dataLabel={c.left}><State of={l.state} text={l.days < 0 ? x.ended : x.days(l.days)} /></Td>
              </Tr>
            );
          })}
        </Tbody>
      </Table>
    </>
  );
}
