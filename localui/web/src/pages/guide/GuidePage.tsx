import { Content, Nav, NavItem, NavList } from '@patternfly/react-core';
import { marked } from 'marked';
import { useMemo } from 'react';
import { Link, useParams } from 'react-router';
import { PageBody } from '../../parts/Parts';
import { t } from '../../texts';

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
  return (
    <PageBody title={t.menu.guide} lead={current?.title}>
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
