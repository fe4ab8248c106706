import { Card, CardBody, CardTitle } from '@patternfly/react-core';
import { useEffect, type ReactNode } from 'react';
import { t } from '../../texts';

/** The frame of the pages before the login. */
export function Entry({ title, children }: { title: string; children: ReactNode }) {
  useEffect(() => {
    document.title = title === t.product ? t.product : `${title} · ${t.product}`;
  }, [title]);
  return (
    <main className="sw-entry">
      <Card>
        <CardTitle>
          <span className="sw-brand"><img src="/favicon.svg" alt="" />{t.product}</span>
        </CardTitle>
        <CardBody>
          <h1 className="pf-v6-c-title pf-m-xl">{title}</h1>
          {children}
        </CardBody>
      </Card>
    </main>
  );
}
