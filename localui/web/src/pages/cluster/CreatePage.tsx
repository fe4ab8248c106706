import { Alert, Button, Wizard, WizardStep } from '@patternfly/react-core';
import { useMemo, useRef, useState } from 'react';
import { useNavigate } from 'react-router';
import { api, dataOf, type Definition, type LinkedHost } from '../../api/client';
import { useLive } from '../../api/live';
import { useAction, useLoad } from '../../api/use';
import { download } from '../../parts/download';
import { Loading, Nothing, PageBody, Refusal } from '../../parts/Parts';
import { OnTheLeader } from '../../parts/leader';
import { t } from '../../texts';
import { exportOf, groupOf, idOf, newDraft, specOf, type Draft } from './draft';
import { importOf } from './import';
import { blocking } from './matrix';
import { NodeStep } from './NodeStep';
import { PreflightStep } from './PreflightStep';
import { Review } from './Review';
import { basicFaults, clusterFaults, nodeFaults, profileFaults, variableFaults, type Faults } from './rules';
import { BasicStep, ClusterStep, ProfileStep, VariablesStep } from './Steps';

// The draft outlives the page, not the tab: variables may be secret, so nothing is stored.
let kept: Draft | undefined;

export default function CreatePage() {
  const { link } = useLive();
  const { data, error } = useLoad(async () => ({ definitions: await dataOf(api.GET('/definitions')), self: await dataOf(api.GET('/host')) }));
  if (!link || !data) return <PageBody title={t.wizard.title}>{error ? <Refusal text={error} /> : <Loading />}</PageBody>;
  if (link.role === 'follower') return <PageBody title={t.wizard.title}><OnTheLeader path="/cluster/create" /></PageBody>;
  if (data.definitions.length === 0) return <PageBody title={t.wizard.title}><Nothing title={t.wizard.noContent} text={t.wizard.noContentText} /></PageBody>;
  return <Create definitions={data.definitions} hosts={groupOf(data.self, link.hosts)} />;
}

function Create({ definitions, hosts }: { definitions: Definition[]; hosts: LinkedHost[] }) {
  const go = useNavigate();
  const [draft, setDraft] = useState(() => kept ?? newDraft(hosts, definitions));
  const [ignored, setIgnored] = useState(new Set<string>());
  const change = (c: Partial<Draft>) => {
    kept = { ...draft, ...c };
    setDraft(kept);
  };
  const definition = definitions.find((d) => idOf(d) === draft.definition);
  const spec = useMemo(() => JSON.stringify(specOf(draft)), [draft]);
  const [planned, setPlanned] = useState<{ spec: string; plan: Awaited<ReturnType<typeof planOf>> }>();
  const preflight = useAction(async () => setPlanned({ spec, plan: await planOf(spec) }));
  const plan = planned?.spec === spec ? planned.plan : undefined;
  const deploy = useAction(async () => {
    await api.POST('/clusters', { params: { query: {} }, body: { spec, plan: plan?.hash, ignore: [...ignored] } });
    kept = undefined;
    await go('/cluster');
  });
  const faults = {
    basic: basicFaults(draft), profile: profileFaults(draft, definitions), variables: variableFaults(draft, definition), cluster: clusterFaults(draft), nodes: nodeFaults(draft),
  };
  const props = (f: Faults) => ({ draft, change, faults: f });
  const nameOf = (text: string) => hosts.reduce((s, h) => s.replaceAll(h.id, h.name), text);
  const blocked = !plan || blocking(plan.checks, ignored).length > 0;
  const wrong = (f: Faults) => Object.keys(f).length > 0;
  const before = [wrong(faults.basic), wrong(faults.profile), wrong(faults.variables), wrong(faults.cluster), wrong(faults.nodes)];
  const closed = (n: number) => before.slice(0, n).some(Boolean);
  const w = t.wizard;
  return (
    <PageBody title={w.title} lead={w.lead} actions={
      <Files
        export={() => download(`${draft.name || 'cluster'}.yaml`, 'application/yaml', exportOf(draft, definition))}
        import={async (file) => change(await importOf(await file.text(), hosts, definitions))}
      />
    }>
      <Wizard
        navAriaLabel={w.title} onClose={() => void go('/cluster')} isVisitRequired
        onStepChange={(_, step) => {
          if (step.id === 'preflight' && !plan) void preflight.start();
        }}
      >
        <WizardStep id="basic" name={w.basic} footer={{ isNextDisabled: before[0] }}><BasicStep {...props(faults.basic)} /></WizardStep>
        <WizardStep id="profile" name={w.profile} isDisabled={closed(1)} footer={{ isNextDisabled: before[1] }}>
          <ProfileStep {...props(faults.profile)} definitions={definitions} />
        </WizardStep>
        <WizardStep id="variables" name={w.profileConfig} isDisabled={closed(2)} footer={{ isNextDisabled: before[2] }}>
          <VariablesStep {...props(faults.variables)} definition={definition} />
        </WizardStep>
        <WizardStep id="cluster" name={w.clusterConfig} isDisabled={closed(3)} footer={{ isNextDisabled: before[3] }}><ClusterStep {...props(faults.cluster)} /></WizardStep>
        <WizardStep id="nodes" name={w.nodeConfig} isDisabled={closed(4)} footer={{ isNextDisabled: before[4] }}><NodeStep {...props(faults.nodes)} hosts={hosts} /></WizardStep>
        <WizardStep id="preflight" name={w.preflight} isDisabled={closed(5)} footer={{ isNextDisabled: blocked }}>
          <PreflightStep plan={plan} error={preflight.error} busy={preflight.busy} again={() => void preflight.start()} nameOf={nameOf} ignored={ignored} ignore={setIgnored} />
        </WizardStep>
        <WizardStep
          id="review" name={w.review} isDisabled={closed(5) || blocked}
          footer={{ nextButtonText: w.deploy, onNext: () => void deploy.start(), isNextDisabled: blocked || deploy.busy }}
        >
          {plan ? <Review draft={draft} plan={plan} nameOf={nameOf} definition={definition} /> : <Alert component="p" variant="info" isInline title={w.planFirst} />}
          <Refusal text={deploy.error} />
        </WizardStep>
      </Wizard>
    </PageBody>
  );
}

/** The whole answer as a file, out and in. */
function Files(p: { export: () => void; import: (file: File) => Promise<void> }) {
  const input = useRef<HTMLInputElement>(null);
  const read = useAction(p.import);
  return (
    <>
      <Button variant="secondary" onClick={() => input.current?.click()}>{t.wizard.import}</Button>
      <Button variant="secondary" onClick={p.export}>{t.wizard.export}</Button>
      <input
        ref={input} type="file" hidden accept=".yaml,.yml,.json" aria-label={t.wizard.import}
        onChange={(e) => {
          const file = e.target.files?.[0];
          e.target.value = '';
          if (file) void read.start(file);
        }}
      />
      <Refusal text={read.error} />
    </>
  );
}

function planOf(spec: string) {
  return dataOf(api.POST('/clusters', { params: { query: { dryRun: true } }, body: { spec } })).then((p) => {
    if ('hash' in p) return p;
    throw new Error(t.errors.empty);
  });
}
