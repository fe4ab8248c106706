import { Alert, Button, Form, List, ListItem } from '@patternfly/react-core';
import { useRef, useState } from 'react';
import { useCaller } from '../../api/caller';
import { api, dataOf, type Host, type UserData } from '../../api/client';
import { usePreview } from '../../api/preview';
import { useLoad } from '../../api/use';
import { Ask } from '../../parts/Ask';
import { Loading, Refusal } from '../../parts/Parts';
import { TextRow } from '../../parts/TextRow';
import { t } from '../../texts';
import { offsetOf } from './offset';

const u = t.userData;

/** Opens the user data, where this host lets it be edited. */
export function UserDataButton({ host, changed }: { host: Host; changed: () => Promise<void> }) {
  const [open, setOpen] = useState(false);
  const { mayChange } = useCaller();
  if (!mayChange || !host.userDataForm) return null;
  const close = () => {
    setOpen(false);
    void changed();
  };
  return (
    <>
      <Button variant="secondary" onClick={() => setOpen(true)}>{u.title}</Button>
      {open && <UserDataDialog close={close} />}
    </>
  );
}

export function UserDataDialog({ close }: { close: () => void }) {
  const { data, error } = useLoad(() => dataOf(api.GET('/host/user-data')));
  if (data?.editable) return <Editor data={data} close={close} />;
  return (
    <Ask title={u.title} confirm={t.save} ready={false} wide close={close} run={async () => {}}>
      {!data && !error && <Loading />}
      <Refusal text={error} title={t.errors.load} />
      {data && <Alert component="p" variant="info" isInline title={data.reason} />}
    </Ask>
  );
}

function Editor({ data, close }: { data: UserData; close: () => void }) {
  const [text, setText] = useState(data.text);
  const { seen, fresh, error } = usePreview(text, (asked) => dataOf(api.POST('/host/user-data/check', { body: { text: asked } })));
  const area = useRef<HTMLDivElement>(null);
  const problems = seen?.problems ?? [];
  const show = (line: number, column: number) => {
    const box = area.current?.querySelector('textarea');
    const at = offsetOf(text, line, column);
    box?.focus();
    box?.setSelectionRange(at, at);
  };
  const run = () => api.PUT('/host/user-data', { body: { text, revision: data.revision } });
  return (
    <Ask title={u.title} confirm={u.save} wide close={close} ready={text !== data.text && fresh && problems.length === 0} run={run}>
      <p>{u.text(data.file)}</p>
      <p className="sw-gap">{u.preset}</p>
      {data.pending && <Alert component="p" variant="info" isInline title={u.pending} className="sw-gap" />}
      <Form onSubmit={(e) => e.preventDefault()} className="sw-gap">
        <div ref={area} className="sw-editor"><TextRow id="user-data" label={u.label} help={u.help} rows={18} value={text} change={setText} /></div>
      </Form>
      <Refusal text={error} />
      {problems.length > 0 && (
        <Alert component="p" variant="danger" isInline isLiveRegion title={u.wrong(problems.length)} className="sw-gap">
          <List isPlain>
            {problems.map((p) => (
              <ListItem key={`${p.line} ${p.column} ${p.message}`} className="sw-break">
                <Button variant="link" isInline onClick={() => show(p.line, p.column)}>{u.place(p.line, p.column)}</Button> {p.message}
              </ListItem>
            ))}
          </List>
        </Alert>
      )}
    </Ask>
  );
}
