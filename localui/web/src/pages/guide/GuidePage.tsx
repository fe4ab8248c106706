import { Content, List, ListItem, Nav, NavItem, NavList, SearchInput } from '@patternfly/react-core';
import { marked } from 'marked';
import { useMemo, useState } from 'react';
import { Link, useParams } from 'react-router';
import { PageBody } from '../../parts/Parts';
import { t } from '../../texts';
import { search } from './search';

const files = import.meta.glob<string>('../../../../guide/*.md', { query: '?raw', import: 'default', eager: true });

const pictures = import.meta.glob<string>('../../../../guide/*.png', { query: '?url', import: 'default', eager: true });

/** Pictures lie beside the chapters; the build gives them other names. */
const withPictures = (text: string) => text.replace(/\]\(([a-z0-9-]+\.png)\)/g, (_, name: string) => `](${pictures[`../../../../guide/${name}`] ?? name})`);

/** The chapters in the order of their file names: "2-linking.md" is chapter "linking". */
const chapters = Object.entries(files)
  .sort(([a], [b]) => a.localeCompare(b))
  .map(([path, text]) => ({ name: path.replace(/^.*\/\d+-|\.md$/g, ''), title: /^# (.*)$/m.exec(text)?.[1] ?? path, text: text.replace(/^# .*$/m, '') }));

export default function GuidePage() {
  const { chapter } = useParams();
  const current = chapters.find((c) => c.name === chapter) ?? chapters[0];
  // The text is part of the program, so it may become HTML.
  const html = useMemo(() => ({ __html: marked.parse(withPictures(current?.text ?? ''), { async: false }) }), [current]);
  const [typed, setTyped] = useState('');
  const hits = search(chapters, typed);
  return (
    <PageBody title={t.menu.guide} lead={current?.title}>
      <SearchInput value={typed} onChange={(_, v) => setTyped(v)} onClear={() => setTyped('')} placeholder={t.guide.search} aria-label={t.guide.search} />
      {typed.trim().length > 1 && (
        <div role="status">
          {hits.length === 0 && <p>{t.guide.nothing}</p>}
          <List isPlain>
            {hits.map((h, i) => (
              <ListItem key={i}><Link to={`/guide/${h.chapter.name}`} onClick={() => setTyped('')}>{h.chapter.title}</Link>: {h.line}</ListItem>
            ))}
          </List>
        </div>
      )}
      <Nav variant="horizontal-subnav" aria-label={t.guide.chapters}>
        <NavList>
          {chapters.map((c) => (
            <NavItem key={c.name} isActive={c === current}><Link to={`/guide/${c.name}`}>{c.title}</Link></NavItem>
          ))}
        </NavList>
      </Nav>
      <Content className="sw-guide" dangerouslySetInnerHTML={html} />
    </PageBody>
  );
}
