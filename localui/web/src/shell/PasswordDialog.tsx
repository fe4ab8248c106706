import { Form, FormGroup, TextInput } from '@patternfly/react-core';
import { useState } from 'react';
import { api } from '../api/client';
import { Ask } from '../parts/Ask';
import { NewPassword } from '../parts/NewPassword';
import { t } from '../texts';

/** Changes a password; one's own needs the current one. */
export function PasswordDialog({ user, own, close }: { user: string; own?: boolean; close: () => void }) {
  const [current, setCurrent] = useState('');
  const [password, setPassword] = useState('');
  const run = () => api.PUT('/users/{name}/password', { params: { path: { name: user } }, body: own ? { current, password } : { password } });
  return (
    <Ask title={own ? t.user.password : t.user.passwordOf(user)} confirm={t.save} run={run} close={close} ready={password !== '' && (!own || current !== '')}>
      <Form onSubmit={(e) => e.preventDefault()}>
        <p>{t.user.passwordNote}</p>
        {own && (
          <FormGroup label={t.user.current} fieldId="current">
            <TextInput id="current" type="password" value={current} onChange={(_, v) => setCurrent(v)} autoComplete="current-password" />
          </FormGroup>
        )}
        <NewPassword id="next" label={t.user.next} change={setPassword} />
      </Form>
    </Ask>
  );
}
