import { Checkbox, FormGroup, FormSelect, FormSelectOption, Radio, TextInput } from '@patternfly/react-core';
import type { Adapter } from '../../api/client';
import { TextRow } from '../../parts/TextRow';
import { t } from '../../texts';
import { emptyDraft, type Draft, type Kind } from './form';

// The kernel's, Documentation/networking/bonding.rst.
const bondModes = ['active-backup', '802.3ad', 'balance-rr', 'balance-xor', 'broadcast', 'balance-tlb', 'balance-alb'];
const kinds: Kind[] = ['vlan', 'bond', 'bridge'];

interface Props {
  draft: Draft;
  change: (c: Partial<Draft>) => void;
  adapters: Adapter[];
  /** The management interface, which becomes no member. */
  locked?: string;
}

/** What kind of adapter is made, and its name. */
export function KindChoice({ draft, change, adapters }: Props) {
  return (
    <>
      <FormGroup role="radiogroup" label={t.network.kind} fieldId="kind" isInline>
        {kinds.map((k) => (
          <Radio key={k} id={`kind-${k}`} name="kind" label={t.network.kinds[k]} isChecked={draft.kind === k} onChange={() => change(emptyDraft(k, adapters))} />
        ))}
      </FormGroup>
      <FormGroup label={t.network.name} fieldId="adapter-name">
        <TextInput
          id="adapter-name" value={draft.name} onChange={(_, name) => change({ name })} autoComplete="off"
          placeholder={draft.kind === 'vlan' ? `${draft.parent}.${draft.vlanId}` : undefined}
        />
      </FormGroup>
    </>
  );
}

/** What only a VLAN, a bond or a bridge has. */
export function KindFields({ draft, change, adapters, locked }: Props) {
  const others = adapters.filter((a) => a.name !== draft.name);
  if (draft.kind === 'plain') return null;
  if (draft.kind === 'vlan') {
    return (
      <>
        <FormGroup label={t.network.parent} fieldId="parent">
          <FormSelect id="parent" value={draft.parent} onChange={(_, parent) => change({ parent })}>
            {others.map((a) => <FormSelectOption key={a.name} value={a.name} label={a.name} />)}
          </FormSelect>
        </FormGroup>
        <FormGroup label={t.network.vlanId} fieldId="vlan-id">
          <TextInput id="vlan-id" value={draft.vlanId} onChange={(_, vlanId) => change({ vlanId })} autoComplete="off" />
        </FormGroup>
      </>
    );
  }
  const member = (name: string, on: boolean) => change({ members: on ? [...draft.members, name] : draft.members.filter((m) => m !== name) });
  return (
    <>
      <FormGroup role="group" label={t.network.members} fieldId="members" isInline>
        {others.map((a) => <Checkbox key={a.name} id={`member-${a.name}`} label={a.name === locked ? t.network.lockedMember(a.name) : a.name} isDisabled={a.name === locked} isChecked={draft.members.includes(a.name)} onChange={(_, on) => member(a.name, on)} />)}
      </FormGroup>
      {draft.kind === 'bridge' && <Checkbox id="stp" label={t.network.stp} isChecked={draft.stp} onChange={(_, stp) => change({ stp })} />}
      {draft.kind === 'bond' && (
        <FormGroup label={t.network.bondMode} fieldId="bond-mode">
          <FormSelect id="bond-mode" value={draft.bondMode} onChange={(_, bondMode) => change({ bondMode })}>
            {bondModes.map((m) => <FormSelectOption key={m} value={m} label={m} />)}
          </FormSelect>
        </FormGroup>
      )}
      {draft.kind === 'bond' && (
        <TextRow id="bond-monitor" label={t.network.monitor} help={t.network.monitorHelp} value={draft.monitor} change={(monitor) => change({ monitor })} />
      )}
    </>
  );
}
