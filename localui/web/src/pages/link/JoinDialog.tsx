import { Checkbox, FormGroup, TextArea } from '@patternfly/react-core';
import { useState } from 'react';
import { api, Problem } from '../../api/client';
import { done } from '../../api/done';
import { Ask } from '../../parts/Ask';
import { t } from '../../texts';

/** Links this host to the leader that made the token, and stays open until it is known how that ended. */
export function JoinDialog({ close }: { close: () => void }) {
  const [token, setToken] = useState('');
  const [hasContent, setHasContent] = useState(false);
  const [drop, setDrop] = useState(false);
  const run = async () => {
    try {
      await done(api.POST('/link/join', { body: { token: token.trim(), dropContent: drop } }));
    } catch (e) {
      if (e instanceof Problem && e.type === 'urn:slipway:link:has-content') setHasContent(true);
      throw e;
    }
  };
  return (
    <Ask title={t.link.join} confirm={t.confirm} run={run} close={close} ready={token.trim() !== ''}>
      <p>{t.link.joinText}</p>
      <FormGroup label={t.link.token} fieldId="token" className="sw-gap">
        <TextArea id="token" value={token} onChange={(_, v) => setToken(v)} rows={5} spellCheck="false" autoComplete="off" className="sw-token" />
      </FormGroup>
      {hasContent && <Checkbox id="drop" className="sw-gap" label={t.link.dropContent} isChecked={drop} onChange={(_, on) => setDrop(on)} />}
    </Ask>
  );
}
