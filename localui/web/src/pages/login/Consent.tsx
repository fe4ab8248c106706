import { Button, Content } from '@patternfly/react-core';
import { useState, type ReactNode } from 'react';
import { useTheme } from '../../parts/theme';
import { t } from '../../texts';
import { Entry } from './Entry';

/** Shows what one must agree to, where the owner of the host wants that, before anything else. */
export function Consent({ children }: { children: ReactNode }) {
  const { consent } = useTheme();
  const [agreed, setAgreed] = useState(false);
  if (!consent?.text || agreed) return children;
  return (
    <Entry title={consent.title || t.consent.title}>
      <Content component="p" className="sw-consent sw-gap" tabIndex={0}>{consent.text}</Content>
      <Button isBlock className="sw-gap" onClick={() => setAgreed(true)}>{t.consent.agree}</Button>
    </Entry>
  );
}
