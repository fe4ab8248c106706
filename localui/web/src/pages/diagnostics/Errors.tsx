import { Content } from '@patternfly/react-core';
import { Table, Tbody, Td, Th, Thead, Tr } from '@patternfly/react-table';
import { api, dataOf } from '../../api/client';
import { useLoad } from '../../api/use';
import { Loading, Nothing, Refusal, State, When } from '../../parts/Parts';
import { t } from '../../texts';

const everyMillis = 10_000;
const d = t.diagnostics;

/** What went wrong with the agent lately, newest first. */
export function Errors() {
  const { data, error } = useLoad(() => dataOf(api.GET('/diag/errors')), everyMillis);
  if (!data) return error ? <Refusal text={error} title={t.errors.load} /> : <Loading />;
  if (data.length === 0) return <Nothing title={d.noErrors} text={d.noErrorsText} />;
  return (
    <>
      <Content component="p">{d.errorsText}</Content>
      <Table variant="compact" aria-label={d.errors}>
        <Thead><Tr><Th>{d.last}</Th><Th>{d.count}</Th><Th>{d.priority}</Th><Th>{d.message}</Th><Th>{d.first}</Th></Tr></Thead>
        <Tbody>
          {data.map((e) => (
            <Tr key={`${e.lastAt} ${e.message}`}>
              <Td dataLabel={d.last}><When at={e.lastAt} /></Td>
              <Td dataLabel={d.count}>{e.count}</Td>
              <Td dataLabel={d.priority}><State of={e.priority === 'warning' ? 'warn' : 'fail'} text={e.priority} /></Td>
              <Td dataLabel={d.message} modifier="breakWord">{e.message}</Td>
              <Td dataLabel={d.first}><When at={e.firstAt} /></Td>
            </Tr>
          ))}
        </Tbody>
      </Table>
    </>
  );
}
