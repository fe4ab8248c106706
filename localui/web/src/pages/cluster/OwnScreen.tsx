import { HelperText, HelperTextItem } from '@patternfly/react-core';
import { useEffect, useEffectEvent, useRef, useState } from 'react';
import type { Definition } from '../../api/client';
import { useSettings } from '../../parts/settings';
import { t } from '../../texts';
import type { Draft } from './draft';
import type { Faults } from './rules';
import { asked, formOf, saidBy } from './screen';

const patienceMillis = 8000;

/**
 * The definition's own screen in a frame that can do nothing but talk to this page. One that does not begin to in time, or goes
 * elsewhere, is given up.
 */
export function OwnScreen(p: { definition: Definition; draft: Draft; faults: Faults; set: (values: Record<string, string>) => void; failed: () => void }) {
  const frame = useRef<HTMLIFrameElement>(null);
  const [ready, setReady] = useState(false);
  const [height, setHeight] = useState(160);
  const loads = useRef(0);
  const { dark } = useSettings();
  const form = JSON.stringify(formOf(p.definition, p.draft, p.faults, dark ? 'dark' : 'light'));
  const hear = useEffectEvent((e: MessageEvent) => {
    // A sandboxed frame has no origin of its own to name: the window is what tells it.
    if (!frame.current || e.source !== frame.current.contentWindow || e.origin !== 'null') return;
    const said = saidBy(e.data, p.definition);
    if (said?.kind === 'ready') setReady(true);
    if (said?.kind === 'height') setHeight(said.pixels);
    if (said?.kind === 'values') p.set(said.values);
  });
  const giveUp = useEffectEvent(() => p.failed());
  useEffect(() => {
    const listen = (e: MessageEvent) => hear(e);
    addEventListener('message', listen);
    return () => removeEventListener('message', listen);
  }, []);
  useEffect(() => {
    if (ready) return undefined;
    const timer = setTimeout(() => giveUp(), patienceMillis);
    return () => clearTimeout(timer);
  }, [ready]);
  useEffect(() => {
    if (ready) frame.current?.contentWindow?.postMessage(JSON.parse(form), '*');
  }, [ready, form]);
  const wrong = asked(p.definition).filter((v) => p.faults[v.name]);
  return (
    <>
      <iframe
        ref={frame} className="sw-screen" style={{ height }} sandbox="allow-scripts" referrerPolicy="no-referrer" title={t.wizard.screen(p.definition.displayName ?? p.definition.name)}
        src={`/api/v1/definitions/${encodeURIComponent(p.definition.name)}/${encodeURIComponent(p.definition.version)}/screen`}
        onLoad={() => {
          loads.current += 1;
          if (loads.current > 1) p.failed();
        }}
      />
      {wrong.length > 0 && (
        <HelperText isLiveRegion>
          {wrong.map((v) => <HelperTextItem key={v.name} variant="error">{v.displayName ?? v.name}: {p.faults[v.name]}</HelperTextItem>)}
        </HelperText>
      )}
    </>
  );
}
