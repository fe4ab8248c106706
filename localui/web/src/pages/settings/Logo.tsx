import { Button, Title } from '@patternfly/react-core';
import { api, type Theme } from '../../api/client';
import { useAction } from '../../api/use';
import { base64Of } from '../../parts/files';
import { Refusal } from '../../parts/Parts';
import { loadTheme, logoOf } from '../../parts/theme';
import { t } from '../../texts';

const a = t.appearance;

/** The logo, and its replacement. */
export function Logo({ look, mayChange, changed }: { look: Theme; mayChange: boolean; changed: () => Promise<void> }) {
  const after = async () => {
    await loadTheme();
    await changed();
  };
  const { busy, error, start } = useAction(async (file?: File) => {
    if (file) await api.PUT('/theme/logo', { body: { data: await base64Of(file) } });
    else await api.DELETE('/theme/logo');
    await after();
  });
  return (
    <section className="sw-gap" aria-labelledby="logo-title">
      <Title headingLevel="h2" id="logo-title">{a.logo}</Title>
      <p><img src={logoOf(look)} alt={a.logoOwn} className="sw-logo" /></p>
      <Refusal text={error} />
      {mayChange && (
        <>
          <p>{a.logoHelp}</p>
          <input
            type="file" accept=".png,.svg" aria-label={a.choose} disabled={busy}
            onChange={(e) => {
              const file = e.target.files?.[0];
              if (file) void start(file);
              e.target.value = '';
            }}
          />
          {look.logo && <Button variant="link" isInline isDisabled={busy} onClick={() => void start()}>{a.usual}</Button>}
        </>
      )}
    </section>
  );
}
