import { Tab, Tabs, TabTitleText } from '@patternfly/react-core';
import { useState } from 'react';
import { PageBody } from '../../parts/Parts';
import { t } from '../../texts';
import { About } from './About';
import { Sessions } from './Sessions';
import { Users } from './Users';

export default function SettingsPage() {
  const [tab, setTab] = useState<string | number>('users');
  return (
    <PageBody title={t.menu.settings}>
      <Tabs activeKey={tab} onSelect={(_, key) => setTab(key)} aria-label={t.menu.settings} mountOnEnter unmountOnExit>
        <Tab eventKey="users" title={<TabTitleText>{t.settings.users}</TabTitleText>}><Users /></Tab>
        <Tab eventKey="sessions" title={<TabTitleText>{t.settings.sessions}</TabTitleText>}><Sessions /></Tab>
        <Tab eventKey="about" title={<TabTitleText>{t.settings.about}</TabTitleText>}><About /></Tab>
      </Tabs>
    </PageBody>
  );
}
