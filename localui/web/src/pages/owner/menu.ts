import type { ThemeMenu } from '../../api/client';

/** One entry that the owner of the host added to the menu: a page of the Local UI, or an address of its own. */
export interface Entry {
  label: string;
  group: string;
  to?: string;
  href?: string;
}

/** The entries by their heading, headings in the order in which they first appear; those without one come first. */
export function entriesOf({ links, pages }: ThemeMenu): [group: string, entries: Entry[]][] {
  const all: Entry[] = [
    ...links.map((l, i) => ({ label: l.label, group: l.group ?? '', ...(l.frame ? { to: `/links/${i}` } : { href: l.url }) })),
    ...pages.map((p) => ({ label: p.title, group: p.group ?? '', to: `/pages/${p.name}` })),
  ];
  const groups = [...new Set(['', ...all.map((e) => e.group)])];
  return groups.map((g): [string, Entry[]] => [g, all.filter((e) => e.group === g)]).filter(([, entries]) => entries.length > 0);
}
