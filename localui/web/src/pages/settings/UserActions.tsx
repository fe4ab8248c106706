import { Button, Checkbox, Form } from '@patternfly/react-core';
import { useState } from 'react';
import { api, type User } from '../../api/client';
import { Ask } from '../../parts/Ask';
import { TextRow } from '../../parts/TextRow';
import { t } from '../../texts';

/** Locks a user, sets the end of the password, deletes the user. Nobody does that to the own account. */
export function UserActions({ user, own, changed }: { user: User; own: boolean; changed: () => Promise<void> }) {
  const [dialog, setDialog] = useState<'change' | 'delete'>();
  const [locked, setLocked] = useState(false);
  const [ends, setEnds] = useState('');
  const params = { path: { name: user.name } };
  const close = () => {
    setDialog(undefined);
    void changed();
  };
  const change = () => {
    setLocked(user.locked ?? false);
    setEnds(user.passwordEnds ?? '');
    setDialog('change');
  };
  return (
    <>
      <Button variant="link" isInline onClick={change} aria-label={t.user.changeOf(user.name)}>{t.user.change}</Button>
      {!own && <Button variant="link" isInline isDanger onClick={() => setDialog('delete')} aria-label={t.user.deleteOf(user.name)}>{t.delete}</Button>}
      {dialog === 'change' && (
        <Ask title={t.user.changeOf(user.name)} confirm={t.save} close={close} run={() => api.PUT('/users/{name}', { params, body: { locked, passwordEnds: ends } })}>
          <Form onSubmit={(e) => e.preventDefault()}>
            <TextRow id="user-ends" type="date" label={t.user.ends} help={t.user.endsHelp} value={ends} change={setEnds} />
            {!own && <Checkbox id="user-locked" label={t.user.lockedBox} isChecked={locked} onChange={(_, on) => setLocked(on)} />}
          </Form>
        </Ask>
      )}
      {dialog === 'delete' && (
        <Ask title={t.user.deleteOf(user.name)} confirm={t.delete} danger typed={user.name} close={close} run={() => api.DELETE('/users/{name}', { params })}>
          <p>{t.user.deleteText(user.name)}</p>
        </Ask>
      )}
    </>
  );
}
