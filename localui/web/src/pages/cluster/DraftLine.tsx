import { Button } from '@patternfly/react-core';
import { useState } from 'react';
import type { ClusterDraft } from '../../api/client';
import { Ask } from '../../parts/Ask';
import { Refusal, When } from '../../parts/Parts';
import { t } from '../../texts';

/** When the answers were kept on the host, by whom, and the way to begin anew. */
export function DraftLine({ saved, error, discard }: { saved?: ClusterDraft; error: string; discard: () => Promise<void> }) {
  const [asking, setAsking] = useState(false);
  return (
    <>
      <Refusal text={error} title={t.wizard.notKept} />
      {saved && (
        <p className="sw-inline">
          <span>{t.wizard.kept(saved.savedBy)} <When at={saved.savedAt} />. {t.wizard.keptSecrets}</span>
          <Button variant="link" isInline onClick={() => setAsking(true)}>{t.wizard.discard}</Button>
        </p>
      )}
      {asking && <Ask title={t.wizard.discard} confirm={t.wizard.discard} danger run={discard} close={() => setAsking(false)}><p>{t.wizard.discardText}</p></Ask>}
    </>
  );
}
