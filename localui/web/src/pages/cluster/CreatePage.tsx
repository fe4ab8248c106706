import { useEffect } from 'react';
import { Navigate } from 'react-router';
import { useCaller } from '../../api/caller';
import { api, dataOf, type Definition, type LinkedHost } from '../../api/client';
import { useLive } from '../../api/live';
import { useLoad } from '../../api/use';
import { Loading, Nothing, PageBody, Refusal } from '../../parts/Parts';
import { OnTheLeader } from '../../parts/leader';
import { t } from '../../texts';
import { CreateWizard } from './CreateWizard';
import { groupOf, newDraft } from './draft';
import { importOf } from './import';
import { keptByHost, ownOf } from './keep';

/** Says what is missing on the way to the wizard, or opens it where one stopped. */
export default function CreatePage() {
  const { link, content, clusters } = useLive();
  const { mayChange } = useCaller();
  const { data, error, reload } = useLoad(async () => ({ definitions: await dataOf(api.GET('/definitions')), self: await dataOf(api.GET('/host')) }));
  const items = content?.length;
  useEffect(() => void reload(), [items, reload]); // an import may have brought a definition
  const page = (body: React.ReactNode) => <PageBody title={t.wizard.title}>{body}</PageBody>;
  if (clusters && clusters.length > 0) return <Navigate to="/cluster" replace />;
  if (!mayChange) return page(<Nothing title={t.cluster.none} text={t.wizard.noRight} />);
  if (!link || !data) return page(error ? <Refusal text={error} /> : <Loading />);
  if (link.role === 'follower') return page(<OnTheLeader path="/cluster/create" />);
  if (data.definitions.length === 0) return page(<Nothing title={t.wizard.noContent} text={t.wizard.noContentText} />);
  return <Begin definitions={data.definitions} hosts={groupOf(data.self, link.hosts)} />;
}

function Begin({ definitions, hosts }: { definitions: Definition[]; hosts: LinkedHost[] }) {
  const { data, error } = useLoad(async () => {
    const kept = await keptByHost();
    const draft = ownOf(kept) ?? (kept ? await importOf(kept.spec, hosts, definitions, true) : newDraft(hosts, definitions));
    return { kept, draft };
  });
  if (!data) return <PageBody title={t.wizard.title}>{error ? <Refusal text={error} /> : <Loading />}</PageBody>;
  return <CreateWizard definitions={definitions} hosts={hosts} begun={data.draft} kept={data.kept} />;
}
