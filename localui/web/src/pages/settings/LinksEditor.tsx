import { Button, Checkbox, FormFieldGroup, FormFieldGroupHeader, FormGroup, TextInput } from '@patternfly/react-core';
import type { MenuLink } from '../../api/client';
import { t } from '../../texts';

const a = t.appearance;

/** The links of the menu, one group of fields each. */
export function LinksEditor({ links, change }: { links: MenuLink[]; change: (links: MenuLink[]) => void }) {
  const edit = (i: number, part: Partial<MenuLink>) => change(links.map((l, j) => (j === i ? { ...l, ...part } : l)));
  return (
    <FormFieldGroup
      header={
        <FormFieldGroupHeader
          titleText={{ text: a.links, id: 'links-title' }}
          actions={<Button variant="secondary" onClick={() => change([...links, { label: '', url: 'https://' }])}>{a.addLink}</Button>}
        />
      }
    >
      {links.map((l, i) => (
        <div key={i} className="sw-link" role="group" aria-label={l.label || a.links}>
          {(['label', 'url', 'group'] as const).map((k) => (
            <FormGroup key={k} label={a.link[k]} fieldId={`link-${k}-${i}`}>
              <TextInput id={`link-${k}-${i}`} value={l[k] ?? ''} onChange={(_, v) => edit(i, { [k]: v })} />
            </FormGroup>
          ))}
          <Checkbox id={`link-frame-${i}`} label={a.link.frame} isChecked={!!l.frame} onChange={(_, v) => edit(i, { frame: v })} />
          <Button variant="link" isInline isDanger onClick={() => change(links.filter((_, j) => j !== i))} aria-label={a.dropLink(l.label)}>{t.remove}</Button>
        </div>
      ))}
    </FormFieldGroup>
  );
}
