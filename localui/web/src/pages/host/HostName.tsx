import { Button, FormGroup, TextInput } from '@patternfly/react-core';
import { useState } from 'react';
import { useCaller } from '../../api/caller';
import { api, type Host } from '../../api/client';
import { Ask } from '../../parts/Ask';
import { t } from '../../texts';

/** The host's name, and the way to change it. */
export function HostName({ host }: { host: Host }) {
  const [editing, setEditing] = useState(false);
  const [name, setName] = useState('');
  const { mayChange } = useCaller();
  const edit = () => {
    setName(host.name);
    setEditing(true);
  };
  return (
    <>
      {host.name} {mayChange && <Button variant="link" isInline onClick={edit} aria-label={t.host.rename}>{t.edit}</Button>}
      {editing && (
        <Ask
          title={t.host.rename} confirm={t.save} ready={name.trim() !== '' && name !== host.name} close={() => setEditing(false)}
          run={() => api.PUT('/network/hostname', { body: { hostname: name.trim() } })}
        >
          <p>{t.host.renameText}</p>
          <FormGroup label={t.host.name} fieldId="hostname" className="sw-gap">
            <TextInput id="hostname" value={name} onChange={(_, v) => setName(v)} autoComplete="off" />
          </FormGroup>
        </Ask>
      )}
    </>
  );
}
