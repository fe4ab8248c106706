import { Button, Content, Form, FormGroup, FormHelperText, FormSelect, FormSelectOption, HelperText, HelperTextItem, Label, TextArea } from '@patternfly/react-core';
import { Table, Tbody, Td, Th, Thead, Tr } from '@patternfly/react-table';
import { useState } from 'react';
import { useCaller } from '../../api/caller';
import { api, dataOf, type SSHKey } from '../../api/client';
import { useLoad } from '../../api/use';
import { Ask } from '../../parts/Ask';
import { Loading, Nothing, Refusal } from '../../parts/Parts';
import { t } from '../../texts';

/** One's own SSH keys; administrators may choose another user. */
export function KeysPage() {
  const { user: self, mayChange } = useCaller();
  const [user, setUser] = useState(self);
  const { data } = useLoad(async () => (mayChange ? dataOf(api.GET('/users')) : []));
  return (
    <>
      {data && data.length > 1 && (
        <FormGroup label={t.login.user} fieldId="keys-of" className="sw-gap">
          <FormSelect id="keys-of" value={user} onChange={(_, v) => setUser(v)}>
            {data.map((u) => <FormSelectOption key={u.name} value={u.name} label={u.name} />)}
          </FormSelect>
        </FormGroup>
      )}
      <Keys key={user} user={user} />
    </>
  );
}

/** The SSH keys that open an account, with ways to add and remove them. */
export function Keys({ user }: { user: string }) {
  const path = { name: user };
  const { data, error, reload } = useLoad(() => dataOf(api.GET('/users/{name}/keys', { params: { path } })));
  const [dialog, setDialog] = useState<'add' | SSHKey>();
  const close = () => {
    setDialog(undefined);
    void reload();
  };
  if (!data) return error ? <Refusal text={error} title={t.errors.load} /> : <Loading />;
  const c = t.keys.columns;
  const add = <Button variant="secondary" onClick={() => setDialog('add')}>{t.keys.add}</Button>;
  return (
    <>
      <Content component="p" className="sw-gap">{t.keys.lead(user)}</Content>
      {data.length === 0 ? <Nothing title={t.keys.none} text={t.keys.noneText}>{add}</Nothing> : add}
      {data.length > 0 && (
        <Table variant="compact" aria-label={t.keys.of(user)}>
          <Thead><Tr><Th>{c.comment}</Th><Th>{c.type}</Th><Th>{c.fingerprint}</Th><Th screenReaderText={t.actions} /></Tr></Thead>
          <Tbody>
            {data.map((k) => (
              <Tr key={k.fingerprint}>
                <Td dataLabel={c.comment}>{k.comment || '–'} {k.restricted && <Label isCompact>{t.keys.restricted}</Label>}</Td>
                <Td dataLabel={c.type}>{k.type}</Td>
                <Td dataLabel={c.fingerprint} modifier="breakWord"><code>{k.fingerprint}</code></Td>
                <Td isActionCell>
                  <span className="sw-row"><Button variant="link" isInline isDanger onClick={() => setDialog(k)} aria-label={t.keys.removeOf(k.comment || k.fingerprint)}>{t.remove}</Button></span>
                </Td>
              </Tr>
            ))}
          </Tbody>
        </Table>
      )}
      {dialog === 'add' && <AddKey user={user} close={close} />}
      {typeof dialog === 'object' && (
        <Ask
          title={t.keys.removeOf(dialog.comment || dialog.fingerprint)} confirm={t.remove} danger close={close}
          run={() => api.DELETE('/users/{name}/keys', { params: { path, query: { fingerprint: dialog.fingerprint } } })}
        >
          <p>{t.keys.removeText}</p>
        </Ask>
      )}
    </>
  );
}

function AddKey({ user, close }: { user: string; close: () => void }) {
  const [key, setKey] = useState('');
  return (
    <Ask title={t.keys.add} confirm={t.add} close={close} ready={key.trim() !== ''} run={() => api.POST('/users/{name}/keys', { params: { path: { name: user } }, body: { key } })}>
      <Form onSubmit={(e) => e.preventDefault()}>
        <FormGroup label={t.keys.key} fieldId="ssh-key" isRequired>
          <TextArea id="ssh-key" value={key} onChange={(_, v) => setKey(v)} rows={4} resizeOrientation="vertical" spellCheck={false} aria-describedby="ssh-key-help" />
          <FormHelperText><HelperText id="ssh-key-help"><HelperTextItem>{t.keys.help}</HelperTextItem></HelperText></FormHelperText>
        </FormGroup>
      </Form>
    </Ask>
  );
}
