import { Button, Card, CardBody, CardFooter, CardTitle, ClipboardCopy, Progress } from '@patternfly/react-core';
import { useCaller } from '../../api/caller';
import { useNow } from '../../api/use';
import { countdown } from '../../format';
import { t } from '../../texts';
import type { useToken } from './useToken';

const lifeSeconds = 120;

/** The token with its remaining time. */
export function TokenCard({ token }: { token: ReturnType<typeof useToken> }) {
  const now = useNow();
  const { mayChange } = useCaller();
  if (!token.value) return null;
  const left = Math.max(0, (Date.parse(token.value.expiresAt) - now) / 1000);
  return (
    <Card>
      <CardTitle component="h2">{t.link.token}</CardTitle>
      <CardBody>
        <p>{t.link.tokenText}</p>
        <ClipboardCopy isReadOnly hoverTip={t.copy} clickTip={t.copied} textAriaLabel={t.link.token} toggleAriaLabel={t.link.token} className="sw-gap">{token.value.token}</ClipboardCopy>
        <Progress
          className="sw-gap" value={(100 * left) / lifeSeconds} label={countdown(left)} valueText={countdown(left)} title={t.link.remaining}
          size="sm" aria-label={t.link.remaining}
        />
      </CardBody>
      {mayChange && (
        <CardFooter>
          <Button variant="danger" onClick={() => void token.stop()} isDisabled={token.busy}>{t.link.stop}</Button>
        </CardFooter>
      )}
    </Card>
  );
}
