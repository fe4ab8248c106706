import { Button, Form, TextArea, TextInput, Title } from '@patternfly/react-core';
import { Table, Tbody, Td, Th, Thead, Tr } from '@patternfly/react-table';
import { useEffect, useState } from 'react';
import { Link } from 'react-router';
import { api, type MenuPage } from '../../api/client';
import { Ask } from '../../parts/Ask';
import { Nothing } from '../../parts/Parts';
import { t } from '../../texts';
import { Field } from './Appearance';

const a = t.appearance;
const nothing: MenuPage = { name: '', title: '', group: '' };

/** The static pages of the owner of the host. */
export function StaticPages({ pages, mayChange, changed }: { pages: MenuPage[]; mayChange: boolean; changed: () => Promise<unknown> }) {
  const [edited, setEdited] = useState<MenuPage>();
  const [removed, setRemoved] = useState<MenuPage>();
  const close = () => {
    setEdited(undefined);
    setRemoved(undefined);
    void changed();
  };
  const add = mayChange && <Button className="sw-gap" variant="secondary" onClick={() => setEdited(nothing)}>{a.addPage}</Button>;
  return (
    <section className="sw-gap" aria-labelledby="pages-title">
      <Title headingLevel="h2" id="pages-title">{a.pages}</Title>
      {pages.length === 0 ? <Nothing title={a.noPages} text={a.noPagesText}>{add}</Nothing> : add}
      {pages.length > 0 && (
        <Table variant="compact" aria-label={a.pages}>
          <Thead><Tr><Th>{a.page.title}</Th><Th>{a.page.group}</Th><Th screenReaderText={t.actions} /></Tr></Thead>
          <Tbody>
            {pages.map((p) => (
              <Tr key={p.name}>
                <Td dataLabel={a.page.title}><Link to={`/pages/${p.name}`}>{p.title}</Link></Td>
                <Td dataLabel={a.page.group}>{p.group || '–'}</Td>
                <Td isActionCell>
                  {mayChange && (
                    <span className="sw-row">
                      <Button variant="link" isInline onClick={() => setEdited(p)} aria-label={a.editPage(p.title)}>{t.edit}</Button>
                      <Button variant="link" isInline isDanger onClick={() => setRemoved(p)} aria-label={a.removePage(p.title)}>{t.remove}</Button>
                    </span>
                  )}
                </Td>
              </Tr>
            ))}
          </Tbody>
        </Table>
      )}
      {edited && <EditPage page={edited} close={close} />}
      {removed && (
        <Ask title={a.removePage(removed.title)} confirm={t.remove} danger close={close} run={() => api.DELETE('/theme/pages/{name}', { params: { path: { name: removed.name } } })}>
          <p>{a.removePageText}</p>
        </Ask>
      )}
    </section>
  );
}

function EditPage({ page, close }: { page: MenuPage; close: () => void }) {
  const [name, setName] = useState(page.name);
  const [title, setTitle] = useState(page.title);
  const [group, setGroup] = useState(page.group ?? '');
  const [html, setHTML] = useState('');
  useEffect(() => {
    if (!page.name) return;
    api.GET('/theme/pages/{name}', { params: { path: { name: page.name } }, parseAs: 'text' }).then(({ data }) => setHTML(data ?? ''), () => {});
  }, [page.name]);
  const run = () => api.PUT('/theme/pages/{name}', { params: { path: { name } }, body: { title, group, html } });
  return (
    <Ask title={page.name ? a.editPage(page.title) : a.addPage} confirm={t.save} close={close} ready={name !== '' && title !== '' && html !== ''} run={run}>
      <Form onSubmit={(e) => e.preventDefault()}>
        <Field id="page-name" label={a.page.name} help={a.page.nameHelp}>
          <TextInput id="page-name" value={name} onChange={(_, v) => setName(v)} isDisabled={page.name !== ''} aria-describedby="page-name-help" />
        </Field>
        <Field id="page-title" label={a.page.title}><TextInput id="page-title" value={title} onChange={(_, v) => setTitle(v)} /></Field>
        <Field id="page-group" label={a.page.group}><TextInput id="page-group" value={group} onChange={(_, v) => setGroup(v)} /></Field>
        <Field id="page-html" label={a.page.html}>
          <TextArea id="page-html" value={html} onChange={(_, v) => setHTML(v)} rows={8} resizeOrientation="vertical" spellCheck={false} />
          <input type="file" accept=".html,.htm" aria-label={a.page.file} onChange={async (e) => setHTML((await e.target.files?.[0]?.text()) ?? '')} />
        </Field>
      </Form>
    </Ask>
  );
}
