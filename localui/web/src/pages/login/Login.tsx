import { ActionGroup, Alert, Button, Checkbox, Form, FormGroup, TextInput } from '@patternfly/react-core';
import { useState, type FormEvent } from 'react';
import { api } from '../../api/client';
import { useAction } from '../../api/use';
import { Refusal } from '../../parts/Parts';
import { t } from '../../texts';
import { Entry } from './Entry';

export function Login({ note, done }: { note?: string; done: () => void }) {
  const [user, setUser] = useState('');
  const [password, setPassword] = useState('');
  const [extended, setExtended] = useState(false);
  const { busy, error, start } = useAction(() => api.POST('/login', { body: { user, password, extended } }));
  const submit = async (e: FormEvent) => {
    e.preventDefault();
    if (await start()) done();
    else setPassword('');
  };
  return (
    <Entry title={t.login.title}>
      <Form onSubmit={submit} className="sw-gap">
        {note && !error && <Alert component="p" variant="info" isInline title={note} />}
        <Refusal text={error} title={t.login.refused} />
        <FormGroup label={t.login.user} fieldId="user" isRequired>
          <TextInput id="user" value={user} onChange={(_, v) => setUser(v)} autoComplete="username" isRequired autoFocus />
        </FormGroup>
        <FormGroup label={t.login.password} fieldId="password" isRequired>
          <TextInput id="password" type="password" value={password} onChange={(_, v) => setPassword(v)} autoComplete="current-password" isRequired />
        </FormGroup>
        <Checkbox id="extended" label={t.login.stay} isChecked={extended} onChange={(_, v) => setExtended(v)} />
        <ActionGroup>
          <Button type="submit" isBlock isDisabled={busy || !user || !password} isLoading={busy}>{t.login.submit}</Button>
        </ActionGroup>
      </Form>
    </Entry>
  );
}
