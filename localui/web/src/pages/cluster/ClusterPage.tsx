import { Button, Tab, Tabs, TabTitleText } from '@patternfly/react-core';
import { useState } from 'react';
import { useNavigate } from 'react-router';
import { useCaller } from '../../api/caller';
import { api, type Cluster, type ContentItem, type Link } from '../../api/client';
import { useLive } from '../../api/live';
import { useAction } from '../../api/use';
import { Ask } from '../../parts/Ask';
import { download } from '../../parts/download';
import { Loading, Nothing, PageBody, Refusal } from '../../parts/Parts';
import { OnTheLeader } from '../../parts/leader';
import { t } from '../../texts';
import { Certificates } from './Certificates';
import { Configuration } from './Configuration';
import { Events } from './Events';
import { Nodes } from './Nodes';
import { Overview } from './Overview';
import { Services } from './Services';

export default function ClusterPage() {
  const { clusters, link, content, operations } = useLive();
  const cluster = clusters?.[0];
  if (!clusters || !link) return <PageBody title={t.menu.cluster}><Loading /></PageBody>;
  if (!cluster) return <NoCluster link={link} content={content} />;
  const operation = (operations ?? []).find((o) => o.id === cluster.operation) ?? (operations ?? []).find((o) => o.kind === 'cluster.create');
  return <Shown cluster={cluster} link={link} operation={operation} />;
}

/** Without a cluster the page says what is missing on the way to one. */
function NoCluster({ link, content }: { link: Link; content?: ContentItem[] }) {
  const go = useNavigate();
  const { mayChange } = useCaller();
  const empty = content?.length === 0;
  const follower = link.role === 'follower';
  return (
    <PageBody title={t.menu.cluster}>
      <OnTheLeader path="/cluster" />
      <Nothing title={t.cluster.none} text={follower ? t.cluster.noneFollower : empty ? t.cluster.noneContent : t.cluster.noneText}>
        {mayChange && !follower && (empty ? <Button onClick={() => void go('/content')}>{t.content.upload}</Button> : <Button onClick={() => void go('/cluster/create')}>{t.wizard.title}</Button>)}
      </Nothing>
    </PageBody>
  );
}

function Shown({ cluster, link, operation }: { cluster: Cluster; link: Link; operation?: Parameters<typeof Overview>[0]['operation'] }) {
  const [tab, setTab] = useState<string | number>('overview');
  const [deleting, setDeleting] = useState(false);
  const { mayChange } = useCaller();
  const leads = link.role !== 'follower';
  const path = { name: cluster.name };
  const kubeconfig = useAction(async () => {
    const { data } = await api.GET('/clusters/{name}/kubeconfig', { params: { path }, parseAs: 'blob' });
    if (data) download(`${cluster.name}.kubeconfig`, 'application/yaml', data as unknown as Blob);
  });
  const buttons = mayChange && (
    <>
      <Button variant="secondary" onClick={() => void kubeconfig.start()} isDisabled={kubeconfig.busy}>{t.cluster.kubeconfig}</Button>
      {leads && <Button variant="secondary" isDanger onClick={() => setDeleting(true)} isDisabled={cluster.state === 'Deleting'}>{t.cluster.delete}</Button>}
    </>
  );
  return (
    <PageBody title={t.menu.cluster} lead={cluster.name} actions={buttons}>
      <OnTheLeader path="/cluster" />
      <Refusal text={kubeconfig.error} />
      <Tabs activeKey={tab} onSelect={(_, key) => setTab(key)} aria-label={t.menu.cluster} mountOnEnter unmountOnExit>
        <Tab eventKey="overview" title={<TabTitleText>{t.cluster.overview}</TabTitleText>}><Overview cluster={cluster} operation={operation} /></Tab>
        <Tab eventKey="nodes" title={<TabTitleText>{t.cluster.nodes}</TabTitleText>}><Nodes cluster={cluster} /></Tab>
        <Tab eventKey="services" title={<TabTitleText>{t.cluster.services.title}</TabTitleText>}><Services name={cluster.name} /></Tab>
        <Tab eventKey="configuration" title={<TabTitleText>{t.cluster.configuration.title}</TabTitleText>}><Configuration name={cluster.name} leads={leads} /></Tab>
        <Tab eventKey="events" title={<TabTitleText>{t.cluster.events.title}</TabTitleText>}><Events name={cluster.name} /></Tab>
        <Tab eventKey="certificates" title={<TabTitleText>{t.cluster.certificates.title}</TabTitleText>}><Certificates name={cluster.name} /></Tab>
      </Tabs>
      {deleting && (
        <Ask
          title={t.cluster.deleteOf(cluster.name)} confirm={t.cluster.delete} danger typed={cluster.name} close={() => setDeleting(false)}
          run={() => api.DELETE('/clusters/{name}', { params: { path, query: {} } })}
        >
          <p>{t.cluster.deleteText(cluster.nodes.map((n) => n.name).join(', '))}</p>
        </Ask>
      )}
    </PageBody>
  );
}
