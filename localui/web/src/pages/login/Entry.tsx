import { Card, CardBody, CardTitle, Content } from '@patternfly/react-core';
import { useEffect, type ReactNode } from 'react';
import { OwnerBanner } from '../../parts/OwnerBanner';
import { logoOf, useTheme } from '../../parts/theme';
import { t } from '../../texts';

/** The frame of the pages before the login. */
export function Entry({ title, children }: { title: string; children: ReactNode }) {
  const logo = logoOf(useTheme());
  useEffect(() => {
    document.title = title === t.product ? t.product : `${title} · ${t.product}`;
  }, [title]);
  return (
    <main className="sw-entry">
      <OwnerBanner />
      <Card>
        <CardTitle>
          <span className="sw-brand"><img src={logo} alt="" />{t.product}</span>
        </CardTitle>
        <CardBody>
          <h1 className="pf-v6-c-title pf-m-xl">{title}</h1>
          <Content component="small">{t.login.host(location.hostname)}</Content>
          {children}
        </CardBody>
      </Card>
    </main>
  );
}
