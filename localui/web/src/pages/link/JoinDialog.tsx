import { FormGroup, TextArea } from '@patternfly/react-core';
import { useState } from 'react';
import { api, dataOf, Problem } from '../../api/client';
import { Ask } from '../../parts/Ask';
import { t } from '../../texts';

/** Links this host to the leader that made the token, and stays open until it is known how that ended. */
export function JoinDialog({ close }: { close: () => void }) {
  const [token, setToken] = useState('');
  const run = async () => {
    const { id } = await dataOf(api.POST('/link/join', { body: { token: token.trim() } }));
    const end = await dataOf(api.GET('/operations/{id}', { params: { path: { id }, query: { wait: 30 } } }));
    if (end.state === 'failed') throw new Problem(0, { detail: end.error });
  };
  return (
    <Ask title={t.link.join} confirm={t.confirm} run={run} close={close} ready={token.trim() !== ''}>
      <p>{t.link.joinText}</p>
      <FormGroup label={t.link.token} fieldId="token" className="sw-gap">
        <TextArea id="token" value={token} onChange={(_, v) => setToken(v)} rows={5} spellCheck="false" autoComplete="off" className="sw-token" />
      </FormGroup>
    </Ask>
  );
}
