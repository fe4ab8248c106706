import { ActionGroup, Button, Content, Form, FormGroup, FormHelperText, HelperText, HelperTextItem, TextInput } from '@patternfly/react-core';
import { useState, type FormEvent } from 'react';
import { api } from '../../api/client';
import { useAction } from '../../api/use';
import { Refusal } from '../../parts/Parts';
import { t } from '../../texts';
import { Entry } from './Entry';

/** Creates the first user with the setup code of the console, and logs in. */
export function FirstVisit({ done }: { done: () => void }) {
  const [code, setCode] = useState('');
  const [user, setUser] = useState('');
  const [password, setPassword] = useState('');
  const [again, setAgain] = useState('');
  const differs = again !== '' && again !== password;
  const { busy, error, start } = useAction(async () => {
    await api.POST('/setup', { body: { code: code.trim(), user, password } });
    await api.POST('/login', { body: { user, password } });
  });
  const submit = async (e: FormEvent) => {
    e.preventDefault();
    if (await start()) done();
  };
  return (
    <Entry title={t.setup.title}>
      <Content component="p">{t.setup.lead}</Content>
      <Form onSubmit={submit} className="sw-gap">
        <Refusal text={error} />
        <FormGroup label={t.setup.code} fieldId="code" isRequired>
          <TextInput id="code" value={code} onChange={(_, v) => setCode(v)} autoComplete="off" aria-describedby="code-help" isRequired autoFocus />
          <Help id="code-help" text={t.setup.codeHelp} />
        </FormGroup>
        <FormGroup label={t.login.user} fieldId="user" isRequired>
          <TextInput id="user" value={user} onChange={(_, v) => setUser(v)} autoComplete="username" isRequired />
        </FormGroup>
        <FormGroup label={t.login.password} fieldId="password" isRequired>
          <TextInput id="password" type="password" value={password} onChange={(_, v) => setPassword(v)} autoComplete="new-password" isRequired />
        </FormGroup>
        <FormGroup label={t.setup.again} fieldId="again" isRequired>
          <TextInput
            id="again" type="password" value={again} onChange={(_, v) => setAgain(v)} autoComplete="new-password" isRequired
            validated={differs ? 'error' : 'default'} aria-describedby="again-help"
          />
          <Help id="again-help" text={differs ? t.setup.differs : ''} error />
        </FormGroup>
        <ActionGroup>
          <Button type="submit" isBlock isDisabled={busy || !code || !user || !password || password !== again} isLoading={busy}>{t.setup.submit}</Button>
        </ActionGroup>
      </Form>
    </Entry>
  );
}

function Help({ id, text, error }: { id: string; text: string; error?: boolean }) {
  if (!text) return null;
  return (
    <FormHelperText>
      <HelperText id={id}>
        <HelperTextItem variant={error ? 'error' : 'default'}>{text}</HelperTextItem>
      </HelperText>
    </FormHelperText>
  );
}
