import { Button, Checkbox, Form, FormGroup, Label, TextInput } from '@patternfly/react-core';
import { Table, Tbody, Td, Th, Thead, Tr } from '@patternfly/react-table';
import { useState } from 'react';
import { useCaller } from '../../api/caller';
import { api, dataOf } from '../../api/client';
import { useLoad } from '../../api/use';
import { Ask } from '../../parts/Ask';
import { NewPassword } from '../../parts/NewPassword';
import { Loading, Refusal } from '../../parts/Parts';
import { TextRow } from '../../parts/TextRow';
import { PasswordDialog } from '../../shell/PasswordDialog';
import { t } from '../../texts';
import { UserActions } from './UserActions';

export function Users() {
  const { data, error, reload } = useLoad(() => dataOf(api.GET('/users')), 10000);
  const [dialog, setDialog] = useState<{ password: string } | 'new'>();
  const { user: self, mayChange, passwordsElsewhere } = useCaller();
  if (!data) return error ? <Refusal text={error} title={t.errors.load} /> : <Loading />;
  return (
    <>
      {mayChange && <Button variant="secondary" onClick={() => setDialog('new')}>{t.settings.newUser}</Button>}
      <Table variant="compact" aria-label={t.settings.users}>
        <Thead><Tr><Th>{t.login.user}</Th><Th>{t.settings.role}</Th><Th>{t.user.ends}</Th><Th screenReaderText={t.actions} /></Tr></Thead>
        <Tbody>
          {data.map((u) => (
            <Tr key={u.name}>
              <Td dataLabel={t.login.user}>{u.name} {u.locked && <Label status="warning" isCompact>{t.settings.locked}</Label>}</Td>
              <Td dataLabel={t.settings.role}>{t.states[u.role] ?? u.role}</Td>
              <Td dataLabel={t.user.ends}>{u.passwordEnds || '–'}</Td>
              <Td isActionCell>
                <span className="sw-row">
                  {(mayChange || u.name === self) && !passwordsElsewhere && (
                    <Button variant="link" isInline onClick={() => setDialog({ password: u.name })} aria-label={t.user.passwordOf(u.name)}>{t.user.password}</Button>
                  )}
                  {mayChange && u.name !== 'root' && <UserActions user={u} own={u.name === self} changed={reload} />}
                </span>
              </Td>
            </Tr>
          ))}
        </Tbody>
      </Table>
      {dialog === 'new' && (
        <NewUser
          close={() => {
            setDialog(undefined);
            void reload();
          }}
        />
      )}
      {typeof dialog === 'object' && <PasswordDialog user={dialog.password} own={dialog.password === self} close={() => setDialog(undefined)} />}
    </>
  );
}

function NewUser({ close }: { close: () => void }) {
  const [user, setUser] = useState('');
  const [password, setPassword] = useState('');
  const [admin, setAdmin] = useState(false);
  const [ends, setEnds] = useState('');
  return (
    <Ask title={t.settings.newUser} confirm={t.create} close={close} ready={user !== '' && password !== ''} run={() => api.POST('/users', { body: { user, password, admin, passwordEnds: ends || undefined } })}>
      <Form onSubmit={(e) => e.preventDefault()}>
        <FormGroup label={t.login.user} fieldId="new-user"><TextInput id="new-user" value={user} onChange={(_, v) => setUser(v)} autoComplete="off" /></FormGroup>
        <NewPassword id="new-password" label={t.login.password} change={setPassword} />
        <TextRow id="new-ends" type="date" label={t.user.ends} help={t.user.endsHelp} value={ends} change={setEnds} />
        <Checkbox id="new-admin" label={t.settings.admin} isChecked={admin} onChange={(_, v) => setAdmin(v)} />
      </Form>
    </Ask>
  );
}
