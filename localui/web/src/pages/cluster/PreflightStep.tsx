import { Alert, Button, Checkbox, List, ListItem } from '@patternfly/react-core';
import { Table, Tbody, Td, Th, Thead, Tr } from '@patternfly/react-table';
import type { Check, Plan } from '../../api/client';
import { Loading, Refusal, State } from '../../parts/Parts';
import { t } from '../../texts';
import { blocking, findings, ignorable, matrix, stops, title, told } from './matrix';

/** Every check on every host, and what to do about those that are not met. */
export function PreflightStep(p: {
  plan?: Plan;
  error: string;
  busy: boolean;
  again: () => void;
  nameOf: (host: string) => string;
  ignored: Set<string>;
  ignore: (ids: Set<string>) => void;
}) {
  const checks = p.plan?.checks ?? [];
  const open = checks.filter((c) => c.status !== 'ok');
  return (
    <>
      <p>{t.wizard.preflightText}</p>
      <Button variant="secondary" onClick={p.again} isDisabled={p.busy} className="sw-gap">{t.wizard.again}</Button>
      {p.busy && <Loading />}
      <Refusal text={p.error} />
      {p.plan && !p.busy && (
        <>
          {open.length === 0 && <Alert component="p" variant="success" isInline isLiveRegion title={t.wizard.allMet(checks.length)} className="sw-gap" />}
          {open.length > 0 && <Open checks={open} {...p} />}
          <Matrix checks={checks} nameOf={p.nameOf} />
        </>
      )}
    </>
  );
}

function Open({ checks, nameOf, ignored, ignore }: { checks: Check[]; nameOf: (h: string) => string; ignored: Set<string>; ignore: (ids: Set<string>) => void }) {
  const failed = [...new Set(checks.filter((c) => stops(c) && ignorable(c)).map((c) => c.id))];
  const left = blocking(checks, ignored).length;
  const toggle = (id: string, on: boolean) => {
    const next = new Set(ignored);
    if (on) next.add(id);
    else next.delete(id);
    ignore(next);
  };
  return (
    <Alert component="p" variant={left > 0 ? 'danger' : 'warning'} isInline isLiveRegion title={left > 0 ? t.wizard.notMet(left) : t.wizard.warnings} className="sw-gap">
      <List>
        {findings(checks).map((f, i) => <ListItem key={i}><strong>{title(f.check.id)}, {f.hosts.map((h) => nameOf(h) || t.wizard.group).join(', ')}</strong>: {told(f.check)}</ListItem>)}
      </List>
      <div className="sw-gap">
        {failed.map((id) => (
          <Checkbox key={id} id={`ignore-${id}`} label={t.wizard.ignore(title(id))} isChecked={ignored.has(id)} onChange={(_, on) => toggle(id, on)} />
        ))}
      </div>
    </Alert>
  );
}

function Matrix({ checks, nameOf }: { checks: Check[]; nameOf: (h: string) => string }) {
  const { ids, hosts, cell } = matrix(checks);
  return (
    <div className="sw-scroll sw-gap" role="region" aria-label={t.wizard.preflight} tabIndex={0}>
      <Table variant="compact" aria-label={t.wizard.preflight} gridBreakPoint="">
        <Thead><Tr><Th>{t.wizard.check}</Th>{hosts.map((h) => <Th key={h}>{nameOf(h) || t.wizard.group}</Th>)}</Tr></Thead>
        <Tbody>
          {ids.map((id) => (
            <Tr key={id}>
              <Td>{title(id)}</Td>
              {hosts.map((h) => {
                const status = cell(id, h);
                return <Td key={h}>{status ? <State of={status} /> : '–'}</Td>;
              })}
            </Tr>
          ))}
        </Tbody>
      </Table>
    </div>
  );
}
