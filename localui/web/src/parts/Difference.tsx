import { Alert, List, ListItem } from '@patternfly/react-core';
import { t } from '../texts';

interface Line {
  adapter?: string;
  setting: string;
  old: string;
  new: string;
}

/** What a change would make of today's settings. */
export function Difference({ lines }: { lines: Line[] }) {
  if (lines.length === 0) return null;
  return (
    <Alert component="p" variant="info" isInline isPlain title={t.network.willChange} className="sw-gap">
      <List>{lines.map((l, i) => <ListItem key={i} className="sw-break">{l.adapter} {l.setting}: {l.old || '–'} → {l.new || '–'}</ListItem>)}</List>
    </Alert>
  );
}
