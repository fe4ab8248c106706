import { Tab, Tabs, TabTitleText } from '@patternfly/react-core';
import { useState } from 'react';
import { PageBody } from '../../parts/Parts';
import { t } from '../../texts';
import { Audit } from './Audit';
import { Operations } from './Operations';

export default function DiagnosticsPage() {
  const [tab, setTab] = useState<string | number>('operations');
  return (
    <PageBody title={t.menu.diagnostics}>
      <Tabs activeKey={tab} onSelect={(_, key) => setTab(key)} aria-label={t.menu.diagnostics} mountOnEnter unmountOnExit>
        <Tab eventKey="operations" title={<TabTitleText>{t.diagnostics.operations}</TabTitleText>}><Operations /></Tab>
        <Tab eventKey="audit" title={<TabTitleText>{t.diagnostics.audit}</TabTitleText>}><Audit /></Tab>
      </Tabs>
    </PageBody>
  );
}
