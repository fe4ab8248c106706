import { ActionGroup, Alert, Button, Checkbox, Form, FormGroup, TextInput } from '@patternfly/react-core';
import { useState, type FormEvent } from 'react';
import { api, Problem } from '../../api/client';
import { useAction } from '../../api/use';
import { Refusal } from '../../parts/Parts';
import { t } from '../../texts';
import { Entry } from './Entry';

export function Login({ note, done }: { note?: string; done: () => void }) {
  const [user, setUser] = useState('');
  const [password, setPassword] = useState('');
  const [extended, setExtended] = useState(false);
  const [expired, setExpired] = useState(false); // the host wants a new password
  const [next, setNext] = useState('');
  const [again, setAgain] = useState('');
  const { busy, error, start } = useAction(async () => {
    try {
      await api.POST('/login', { body: { user, password, extended, ...(expired && { newPassword: next }) } });
    } catch (e) {
      const mustChange = e instanceof Problem && e.type === 'urn:slipway:login:must-change';
      if (mustChange) setExpired(true);
      else if (!expired) setPassword('');
      throw e;
    }
  });
  const submit = async (e: FormEvent) => {
    e.preventDefault();
    if (await start()) done();
  };
  const ready = user && password && (!expired || (next && next === again));
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
        {expired && (
          <>
            <FormGroup label={t.login.next} fieldId="next" isRequired>
              <TextInput id="next" type="password" value={next} onChange={(_, v) => setNext(v)} autoComplete="new-password" isRequired autoFocus />
            </FormGroup>
            <FormGroup label={t.login.again} fieldId="again" isRequired>
              <TextInput
                id="again" type="password" value={again} onChange={(_, v) => setAgain(v)} autoComplete="new-password" isRequired
                validated={again && again !== next ? 'error' : 'default'}
              />
            </FormGroup>
          </>
        )}
        <Checkbox id="extended" label={t.login.stay} isChecked={extended} onChange={(_, v) => setExtended(v)} />
        <ActionGroup>
          <Button type="submit" isBlock isDisabled={busy || !ready} isLoading={busy}>{expired ? t.login.change : t.login.submit}</Button>
        </ActionGroup>
      </Form>
    </Entry>
  );
}
