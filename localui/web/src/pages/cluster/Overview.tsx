import { Alert, Card, CardBody, CardTitle, DescriptionList, DescriptionListDescription, DescriptionListGroup, DescriptionListTerm } from '@patternfly/react-core';
import { Table, Tbody, Td, Th, Thead, Tr } from '@patternfly/react-table';
import type { Cluster, Operation } from '../../api/client';
import { asSentence, Nothing, Refusal, State, When } from '../../parts/Parts';
import { Steps } from '../../parts/Operation';
import { t } from '../../texts';

const variants: Record<string, 'danger' | 'warning'> = { Error: 'danger', Degraded: 'warning' };

export function Overview({ cluster, operation }: { cluster: Cluster; operation?: Operation }) {
  const c = t.cluster.columns;
  return (
    <>
      <Card className="sw-gap">
        <CardTitle component="h2">{t.cluster.state}</CardTitle>
        <CardBody>
          <DescriptionList isHorizontal columnModifier={{ default: '1Col', lg: '2Col' }}>
            <Row term={c.status}><State of={cluster.state} /></Row>
            <Row term={c.health}><State of={cluster.health} /></Row>
            <Row term={t.cluster.api}>https://{cluster.endpoint}</Row>
            <Row term={t.cluster.reached}>{reachedBy(cluster)}</Row>
          </DescriptionList>
          {cluster.reason && <Alert component="p" variant={variants[cluster.state] ?? 'info'} isInline isPlain title={asSentence(cluster.reason)} className="sw-gap" />}
        </CardBody>
      </Card>
      {operation?.state === 'running' && <Lifecycle operation={operation} />}
      <Card className="sw-gap">
        <CardTitle component="h2">{t.cluster.applications}</CardTitle>
        <CardBody>
          {cluster.applications.length === 0 ? (
            <Nothing title={t.cluster.noApplications} text={t.cluster.noApplicationsText} />
          ) : (
            <Table variant="compact" aria-label={t.cluster.applications}>
              <Thead><Tr><Th>{c.name}</Th><Th>{c.layer}</Th><Th>{c.version}</Th><Th>{c.status}</Th><Th>{c.changed}</Th><Th>{c.message}</Th></Tr></Thead>
              <Tbody>
                {cluster.applications.map((a) => (
                  <Tr key={a.name}>
                    <Td dataLabel={c.name}>{a.name}</Td><Td dataLabel={c.layer}>{t.layers[a.layer] ?? a.layer}</Td><Td dataLabel={c.version}>{a.version}</Td>
                    <Td dataLabel={c.status}><State of={a.status} /></Td><Td dataLabel={c.changed}><When at={a.since} /></Td><Td dataLabel={c.message}>{asSentence(a.message ?? '')}</Td>
                  </Tr>
                ))}
              </Tbody>
            </Table>
          )}
        </CardBody>
      </Card>
      {operation && operation.state !== 'running' && <Lifecycle operation={operation} />}
    </>
  );
}

/** In words how the API server is reached. */
export function reachedBy(k: Cluster): string {
  if (k.vip) return k.vipHolder ? t.cluster.byVIPOf(k.vip, k.vipHolder) : t.cluster.byVIP(k.vip);
  const only = k.nodes.find((n) => k.endpoint === `${n.address}:6443`);
  return only ? t.cluster.byHost(only.name) : t.cluster.byBalancer;
}

/** What happens or happened, step by step: on top while it does. */
function Lifecycle({ operation }: { operation: Operation }) {
  return (
    <Card className="sw-gap">
      <CardTitle component="h2">{t.cluster.lifecycle}: {operation.title} <State of={operation.state} /></CardTitle>
      <CardBody>
        <Refusal text={operation.error ?? ''} title={operation.title} />
        <Steps steps={operation.steps} label={t.cluster.lifecycle} />
      </CardBody>
    </Card>
  );
}

function Row({ term, children }: { term: string; children: React.ReactNode }) {
  return (
    <DescriptionListGroup>
      <DescriptionListTerm>{term}</DescriptionListTerm>
      <DescriptionListDescription>{children}</DescriptionListDescription>
    </DescriptionListGroup>
  );
}
