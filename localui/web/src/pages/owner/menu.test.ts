import { expect, it } from 'vitest';
import { entriesOf } from './menu';

// Features 49 and 50.
it('groups links and pages under their headings', () => {
  const menu = entriesOf({
    links: [{ label: 'Grafana', url: 'https://g.example', group: 'Tools', frame: true }, { label: 'Wiki', url: 'https://w.example' }, { label: 'Logs', url: 'https://l.example', group: 'Tools' }],
    pages: [{ name: 'contacts', title: 'Contacts', group: 'Tools' }],
  });
  expect(menu).toEqual([
    ['', [{ label: 'Wiki', group: '', href: 'https://w.example' }]],
    ['Tools', [{ label: 'Grafana', group: 'Tools', to: '/links/0' }, { label: 'Logs', group: 'Tools', href: 'https://l.example' }, { label: 'Contacts', group: 'Tools', to: '/pages/contacts' }]],
  ]);
  expect(entriesOf({ links: [], pages: [] })).toEqual([]);
});
