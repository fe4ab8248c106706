import { Checkbox, FormGroup, FormSelect, FormSelectOption } from '@patternfly/react-core';
import { useState } from 'react';
import { api, type Host } from '../../api/client';
import { Ask } from '../../parts/Ask';
import { TextRow } from '../../parts/TextRow';
import { t } from '../../texts';
import { listOf } from '../network/form';

interface Props {
  host: Host;
  close: () => void;
}

/** The host's time servers. */
export function TimeDialog({ host, close }: Props) {
  const [servers, setServers] = useState((host.clock?.servers ?? []).join(', '));
  const c = t.hostSettings;
  return (
    <Ask title={c.timeEdit} confirm={t.save} close={close} run={() => api.PUT('/host/ntp', { body: { servers: listOf(servers) } })}>
      <p>{c.timeText}</p>
      <div className="sw-gap"><TextRow id="time-servers" label={c.timeServers} help={c.timeHelp} value={servers} change={setServers} /></div>
    </Ask>
  );
}

/** The adapter that people and other hosts come by. */
export function ManagementDialog({ host, close }: Props) {
  const [adapter, setAdapter] = useState(host.managementAdapter ?? '');
  const c = t.hostSettings;
  return (
    <Ask title={c.managementEdit} confirm={t.save} close={close} run={() => api.PUT('/host/management', { body: { adapter } })}>
      <p>{c.managementText}</p>
      <FormGroup label={t.network.adapter} fieldId="management-adapter" className="sw-gap">
        <FormSelect id="management-adapter" value={adapter} onChange={(_, v) => setAdapter(v)}>
          <FormSelectOption value="" label={c.automatic} />
          {host.adapters.filter((a) => a.addresses.length > 0).map((a) => <FormSelectOption key={a.name} value={a.name} label={`${a.name} (${a.addresses[0]})`} />)}
        </FormSelect>
      </FormGroup>
    </Ask>
  );
}

/** What people may do at the console. */
export function ConsoleDialog({ host, close }: Props) {
  const [displayOnly, setDisplayOnly] = useState(host.consoleDisplayOnly ?? false);
  const c = t.hostSettings;
  return (
    <Ask title={c.consoleEdit} confirm={t.save} close={close} run={() => api.PUT('/host/console', { body: { displayOnly } })}>
      <Checkbox id="display-only" label={c.displayOnly} description={c.displayOnlyText} isChecked={displayOnly} onChange={(_, on) => setDisplayOnly(on)} />
    </Ask>
  );
}
