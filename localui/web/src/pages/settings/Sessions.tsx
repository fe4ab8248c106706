import { Button, Label } from '@patternfly/react-core';
import { Table, Tbody, Td, Th, Thead, Tr } from '@patternfly/react-table';
import { useCaller } from '../../api/caller';
import { api, dataOf } from '../../api/client';
import { useAction, useLoad } from '../../api/use';
import { Loading, Refusal, When } from '../../parts/Parts';
import { t } from '../../texts';

/** Who is logged in, with the way to end it. */
export function Sessions() {
  const { data, error, reload } = useLoad(() => dataOf(api.GET('/sessions')), 5000);
  const { mayChange } = useCaller();
  const end = useAction(async (id: string) => {
    await api.DELETE('/sessions/{id}', { params: { path: { id } } });
    await reload();
  });
  if (!data) return error ? <Refusal text={error} title={t.errors.load} /> : <Loading />;
  const c = t.settings.columns;
  return (
    <>
      <Refusal text={end.error} />
      <Table variant="compact" aria-label={t.settings.sessions}>
        <Thead><Tr><Th>{t.login.user}</Th><Th>{c.address}</Th><Th>{c.began}</Th><Th>{c.ends}</Th><Th screenReaderText={t.actions} /></Tr></Thead>
        <Tbody>
          {data.map((s) => (
            <Tr key={s.id}>
              <Td dataLabel={t.login.user}>{s.user} {s.current && <Label isCompact>{t.settings.thisOne}</Label>}</Td>
              <Td dataLabel={c.address}>{s.address}</Td>
              <Td dataLabel={c.began}><When at={s.createdAt} /></Td>
              <Td dataLabel={c.ends}><When at={s.expiresAt} /></Td>
              <Td isActionCell>
                {mayChange && !s.current && (
                  <span className="sw-row"><Button variant="link" isInline isDanger isDisabled={end.busy} onClick={() => void end.start(s.id)} aria-label={t.settings.endOf(s.user, s.address)}>{t.settings.end}</Button></span>
                )}
              </Td>
            </Tr>
          ))}
        </Tbody>
      </Table>
    </>
  );
}
