import { Tab, Tabs, TabTitleText } from '@patternfly/react-core';
import type { ReactNode } from 'react';
import { useNavigate, useParams } from 'react-router';
import { PageBody } from '../../parts/Parts';
import { useTabInSight } from '../../parts/tabs';
import { t } from '../../texts';
import { About } from './About';
import { Appearance } from './Appearance';
import { Certificate } from './Certificate';
import { KeysPage } from './Keys';
import { Sessions } from './Sessions';
import { Users } from './Users';

const tabs: { name: string; title: string; page: ReactNode }[] = [
  { name: 'users', title: t.settings.users, page: <Users /> },
  { name: 'sessions', title: t.settings.sessions, page: <Sessions /> },
  { name: 'keys', title: t.settings.keys, page: <KeysPage /> },
  { name: 'certificate', title: t.settings.certificate, page: <Certificate /> },
  { name: 'appearance', title: t.settings.appearance, page: <Appearance /> },
  { name: 'about', title: t.settings.about, page: <About /> },
];

/** The tab is part of the address, so that it can be linked to and comes back with a reload. */
export default function SettingsPage() {
  const { tab } = useParams();
  const shown = tabs.find((x) => x.name === tab)?.name ?? 'users';
  useTabInSight(shown);
  const go = useNavigate();
  return (
    <PageBody title={t.menu.settings}>
      <Tabs activeKey={shown} onSelect={(_, key) => go(`/settings/${key}`)} aria-label={t.menu.settings} mountOnEnter unmountOnExit>
        {tabs.map((x) => (
          <Tab key={x.name} eventKey={x.name} title={<TabTitleText>{x.title}</TabTitleText>}>{x.page}</Tab>
        ))}
      </Tabs>
    </PageBody>
  );
}
