import { Form, FormGroup, TextInput } from '@patternfly/react-core';
import { useState } from 'react';
import { api } from '../api/client';
import { Ask } from '../parts/Ask';
import { t } from '../texts';

/** Changes a password; one's own needs the current one. */
export function PasswordDialog({ user, own, close }: { user: string; own?: boolean; close: () => void }) {
  const [current, setCurrent] = useState('');
  const [password, setPassword] = useState('');
  const [again, setAgain] = useState('');
  const run = () => api.PUT('/users/{name}/password', { params: { path: { name: user } }, body: own ? { current, password } : { password } });
  const ready = password !== '' && password === again && (!own || current !== '');
  return (
    <Ask title={own ? t.user.password : t.user.passwordOf(user)} confirm={t.save} run={run} close={close} ready={ready}>
      <Form onSubmit={(e) => e.preventDefault()}>
        <p>{t.user.passwordNote}</p>
        {own && (
          <FormGroup label={t.user.current} fieldId="current">
            <TextInput id="current" type="password" value={current} onChange={(_, v) => setCurrent(v)} autoComplete="current-password" />
          </FormGroup>
        )}
        <FormGroup label={t.user.next} fieldId="next">
          <TextInput id="next" type="password" value={password} onChange={(_, v) => setPassword(v)} autoComplete="new-password" />
        </FormGroup>
        <FormGroup label={t.setup.again} fieldId="next-again">
          <TextInput
            id="next-again" type="password" value={again} onChange={(_, v) => setAgain(v)} autoComplete="new-password"
            validated={again && again !== password ? 'error' : 'default'}
          />
        </FormGroup>
      </Form>
    </Ask>
  );
}
