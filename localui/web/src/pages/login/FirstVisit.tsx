import { ActionGroup, Button, Content, Form, FormGroup, FormHelperText, HelperText, HelperTextItem, TextInput } from '@patternfly/react-core';
import { useState, type FormEvent } from 'react';
import { api } from '../../api/client';
import { useAction } from '../../api/use';
import { NewPassword } from '../../parts/NewPassword';
import { Refusal } from '../../parts/Parts';
import { TextRow } from '../../parts/TextRow';
import { t } from '../../texts';
import { Entry } from './Entry';

/** Creates the first user with the setup code of the console, and logs in. */
export function FirstVisit({ done }: { done: () => void }) {
  const [code, setCode] = useState('');
  const [user, setUser] = useState('');
  const [password, setPassword] = useState('');
  const [ends, setEnds] = useState('');
  const { busy, error, start } = useAction(async () => {
    await api.POST('/setup', { body: { code: code.trim(), user, password, passwordEnds: ends || undefined } });
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
          <FormHelperText><HelperText id="code-help"><HelperTextItem>{t.setup.codeHelp}</HelperTextItem></HelperText></FormHelperText>
        </FormGroup>
        <FormGroup label={t.login.user} fieldId="user" isRequired>
          <TextInput id="user" value={user} onChange={(_, v) => setUser(v)} autoComplete="username" isRequired />
        </FormGroup>
        <NewPassword id="password" label={t.login.password} change={setPassword} />
        <TextRow id="password-ends" type="date" label={t.user.ends} help={t.user.endsHelp} value={ends} change={setEnds} />
        <ActionGroup>
          <Button type="submit" isBlock isDisabled={busy || !code || !user || !password} isLoading={busy}>{t.setup.submit}</Button>
        </ActionGroup>
      </Form>
    </Entry>
  );
}
