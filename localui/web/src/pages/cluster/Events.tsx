import { Card, CardBody, CardTitle, FormSelect, FormSelectOption, Label, Toolbar, ToolbarContent, ToolbarItem } from '@patternfly/react-core';
import { Table, Tbody, Td, Th, Thead, Tr } from '@patternfly/react-table';
import { memo, useState } from 'react';
import { api, dataOf, type ClusterEvent } from '../../api/client';
import { useLoad } from '../../api/use';
import { alike, Steps } from '../../parts/Operation';
import { Loading, Nothing, Refusal, When } from '../../parts/Parts';
import { t } from '../../texts';

/** The events that a person wants to see. */
export function chosen(events: ClusterEvent[], namespace: string, warnings: boolean): ClusterEvent[] {
  return events.filter((e) => (!namespace || e.namespace === namespace) && (!warnings || e.type !== 'Normal'));
}

export function Events({ name }: { name: string }) {
  const [namespace, setNamespace] = useState('');
  const [warnings, setWarnings] = useState('');
  const params = { path: { name } };
  const events = useLoad(() => dataOf(api.GET('/clusters/{name}/events', { params: { ...params, query: { limit: 1000 } } })), 10_000);
  const steps = useLoad(() => dataOf(api.GET('/clusters/{name}/steps', { params })), 5_000);
  const x = t.cluster.events;
  const all = events.data?.events ?? [];
  const namespaces = [...new Set(all.map((e) => e.namespace))].sort();
  const shown = chosen(all, namespace, warnings !== '');
  return (
    <>
      <Card className="sw-gap">
        <CardTitle component="h2">{x.title}</CardTitle>
        <CardBody>
          <Toolbar>
            <ToolbarContent>
              <ToolbarItem>
                <FormSelect value={namespace} onChange={(_, v) => setNamespace(v)} aria-label={x.columns.namespace}>
                  <FormSelectOption value="" label={x.allNamespaces} />
                  {namespaces.map((n) => <FormSelectOption key={n} value={n} label={n} />)}
                </FormSelect>
              </ToolbarItem>
              <ToolbarItem>
                <FormSelect value={warnings} onChange={(_, v) => setWarnings(v)} aria-label={x.columns.type}>
                  <FormSelectOption value="" label={x.allTypes} />
                  <FormSelectOption value="warnings" label={x.warnings} />
                </FormSelect>
              </ToolbarItem>
              <ToolbarItem alignSelf="center">{x.shown(shown.length, all.length)}{events.data?.truncated && ` ${x.truncated}`}</ToolbarItem>
            </ToolbarContent>
          </Toolbar>
          <Refusal text={events.error} />
          {!events.data ? !events.error && <Loading /> : shown.length === 0 ? <Nothing title={x.none} text={x.noneText} /> : <EventTable events={shown} />}
        </CardBody>
      </Card>
      <Card className="sw-gap">
        <CardTitle component="h2">{t.cluster.lifecycle}</CardTitle>
        <CardBody>
          <Refusal text={steps.error} />
          {!steps.data ? !steps.error && <Loading /> : steps.data.length === 0 ? <Nothing title={x.noSteps} text={x.noStepsText} /> : <Steps steps={steps.data} label={t.cluster.lifecycle} began />}
        </CardBody>
      </Card>
    </>
  );
}

const EventRow = memo(function EventRow({ event: e }: { event: ClusterEvent }) {
  const c = t.cluster.events.columns;
  return (
    <Tr>
      <Td dataLabel={c.time}><When at={e.time} /></Td>
      <Td dataLabel={c.type}><Label status={e.type === 'Normal' ? 'info' : 'warning'} variant="outline">{e.type}</Label></Td>
      <Td dataLabel={c.reason}>{e.reason}{e.count > 1 && ` ×${e.count}`}</Td>
      <Td dataLabel={c.namespace}>{e.namespace || '–'}</Td><Td dataLabel={c.object} modifier="breakWord">{e.object}</Td><Td dataLabel={c.message} modifier="breakWord">{e.message}</Td>
    </Tr>
  );
}, alike);

function EventTable({ events }: { events: ClusterEvent[] }) {
  const c = t.cluster.events.columns;
  return (
    <Table variant="compact" aria-label={t.cluster.events.title}>
      <Thead><Tr><Th>{c.time}</Th><Th>{c.type}</Th><Th>{c.reason}</Th><Th>{c.namespace}</Th><Th>{c.object}</Th><Th>{c.message}</Th></Tr></Thead>
      <Tbody>
        {events.map((e, i) => <EventRow key={`${i} ${e.time}`} event={e} />)}
      </Tbody>
    </Table>
  );
}
