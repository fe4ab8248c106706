import { Button, Label, LabelGroup } from '@patternfly/react-core';
import { useState } from 'react';
import { useCaller } from '../../api/caller';
import { api, type Host } from '../../api/client';
import { Ask } from '../../parts/Ask';
import { TextRow } from '../../parts/TextRow';
import { t } from '../../texts';
import { linesOf, tagsOf } from './tags';

/** What people find the host by, and the way to change it. */
export function Tags({ host, changed }: { host: Host; changed: () => Promise<void> }) {
  const [editing, setEditing] = useState(false);
  const { mayChange } = useCaller();
  const tags = Object.entries(host.tags ?? {}).sort(([a], [b]) => a.localeCompare(b));
  const close = () => {
    setEditing(false);
    void changed();
  };
  return (
    <span className="sw-inline">
      {tags.length === 0 ? t.hostSettings.none : (
        <LabelGroup numLabels={8} aria-label={t.host.tags}>{tags.map(([k, v]) => <Label key={k} isCompact>{v ? `${k}: ${v}` : k}</Label>)}</LabelGroup>
      )}
      {mayChange && <Button variant="link" isInline onClick={() => setEditing(true)} aria-label={t.tags.edit}>{t.edit}</Button>}
      {editing && <TagsDialog tags={host.tags ?? {}} close={close} />}
    </span>
  );
}

export function TagsDialog({ tags, close }: { tags: Record<string, string>; close: () => void }) {
  const [text, setText] = useState(() => linesOf(tags));
  const read = tagsOf(text);
  return (
    <Ask title={t.tags.edit} confirm={t.save} close={close} ready={!read.wrong} run={() => api.PUT('/host/tags', { body: { tags: read.tags } })}>
      <p>{t.tags.text}</p>
      <div className="sw-gap"><TextRow id="tags" label={t.host.tags} help={t.tags.help} rows={6} value={text} change={setText} wrong={read.wrong} /></div>
    </Ask>
  );
}
