import { Tab, Tabs, TabTitleText } from '@patternfly/react-core';
import { useNavigate, useParams } from 'react-router';
import { PageBody } from '../../parts/Parts';
import { useTabInSight } from '../../parts/tabs';
import { t } from '../../texts';
import { Audit } from './Audit';
import { Bundle } from './Bundle';
import { Errors } from './Errors';
import { Files } from './Files';
import { Logs } from './Logs';
import { Operations } from './Operations';
import { Tests } from './Tests';

const tabs = [
  { key: 'operations', title: t.diagnostics.operations, Body: Operations },
  { key: 'tests', title: t.diagnostics.tests, Body: Tests },
  { key: 'logs', title: t.diagnostics.logs, Body: Logs },
  { key: 'errors', title: t.diagnostics.errors, Body: Errors },
  { key: 'audit', title: t.diagnostics.audit, Body: Audit },
  { key: 'files', title: t.diagnostics.files, Body: Files },
  { key: 'bundle', title: t.diagnostics.bundle, Body: Bundle },
];

/** The tab is part of the address, so that it can be linked to and comes back with a reload. */
export default function DiagnosticsPage() {
  const { tab } = useParams();
  const go = useNavigate();
  const shown = tabs.find((x) => x.key === tab)?.key ?? 'operations';
  useTabInSight(shown);
  return (
    <PageBody title={t.menu.diagnostics}>
      <Tabs activeKey={shown} onSelect={(_, key) => go(`/diagnostics/${key}`)} aria-label={t.menu.diagnostics} mountOnEnter unmountOnExit>
        {tabs.map(({ key, title, Body }) => (
          <Tab key={key} eventKey={key} title={<TabTitleText>{title}</TabTitleText>}><div className="sw-gap"><Body /></div></Tab>
        ))}
      </Tabs>
    </PageBody>
  );
}
