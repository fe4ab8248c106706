import { Alert, Button, Wizard, WizardStep } from '@patternfly/react-core';
import { useMemo, useRef, useState } from 'react';
import { useNavigate } from 'react-router';
import { api, dataOf, type ClusterDraft, type Definition, type LinkedHost } from '../../api/client';
import { useAction } from '../../api/use';
import { download } from '../../parts/download';
import { PageBody, Refusal } from '../../parts/Parts';
import { t } from '../../texts';
import { DraftLine } from './DraftLine';
import { exportOf, idOf, inControlPlane, newDraft, specOf, type Draft } from './draft';
import { importOf } from './import';
import { useKeep } from './keep';
import { blocking } from './matrix';
import { NodeStep } from './NodeStep';
import { PreflightStep } from './PreflightStep';
import { useProbe } from './probe';
import { Review } from './Review';
import { basicFaults, clusterFaults, nodeFaults, profileFaults, variableFaults, type Faults } from './rules';
import { BasicStep, ClusterStep, ProfileStep } from './Steps';
import { VariablesStep } from './VariablesStep';

/** The wizard: every step's faults close the steps after it. */
export function CreateWizard({ definitions, hosts, begun, kept }: { definitions: Definition[]; hosts: LinkedHost[]; begun: Draft; kept?: ClusterDraft }) {
  const go = useNavigate();
  const [draft, setDraft] = useState(begun);
  const [ignored, setIgnored] = useState(new Set<string>());
  const change = (c: Partial<Draft>) => setDraft((d) => ({ ...d, ...c }));
  const definition = definitions.find((d) => idOf(d) === draft.definition);
  const keeper = useKeep(draft, useMemo(() => exportOf(draft, definition, true), [draft, definition]), kept);
  const probe = useProbe(draft.reached === 'vip' ? draft.vip : '');
  const spec = useMemo(() => JSON.stringify(specOf(draft)), [draft]);
  const [planned, setPlanned] = useState<{ spec: string; plan: Awaited<ReturnType<typeof planOf>> }>();
  const preflight = useAction(async () => setPlanned({ spec, plan: await planOf(spec) }));
  const plan = planned?.spec === spec ? planned.plan : undefined;
  const deploy = useAction(async () => {
    await api.POST('/clusters', { params: { query: {} }, body: { spec, plan: plan?.hash, ignore: [...ignored] } });
    keeper.forget(); // the host has dropped it
    await go('/cluster');
  });
  const taken: Faults = probe.found?.state === 'used' ? { vip: probe.found.message } : {};
  const faults = {
    basic: basicFaults(draft), profile: profileFaults(draft, definitions), variables: variableFaults(draft, definition), cluster: { ...clusterFaults(draft), ...taken }, nodes: nodeFaults(draft),
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
      <DraftLine
        saved={keeper.saved} error={keeper.error}
        discard={async () => {
          await api.DELETE('/cluster-draft');
          keeper.forget();
          setDraft(newDraft(hosts, definitions));
        }}
      />
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
        <WizardStep id="cluster" name={w.clusterConfig} isDisabled={closed(3)} footer={{ isNextDisabled: before[3] }}><ClusterStep {...props(faults.cluster)} probe={probe} single={inControlPlane(draft) <= 1} /></WizardStep>
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
