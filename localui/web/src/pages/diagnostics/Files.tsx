import { Alert, Button, Content } from '@patternfly/react-core';
import { Table, Tbody, Td, Th, Thead, Tr } from '@patternfly/react-table';
import { useCaller } from '../../api/caller';
import { api, dataOf, type DiagFile } from '../../api/client';
import { useLoad } from '../../api/use';
import { bytes } from '../../format';
import { Loading, Nothing, Refusal, When } from '../../parts/Parts';
import { t } from '../../texts';

const everyMillis = 10_000;
const d = t.diagnostics;

const addressOf = (f: DiagFile) => `/api/v1/diag/files/${f.folder}/${encodeURIComponent(f.name)}`;

/** What programs and people left on the host for whoever looks into a fault, to download. */
export function Files() {
  const { data, error } = useLoad(() => dataOf(api.GET('/diag/files')), everyMillis);
  const { mayChange } = useCaller();
  if (!data) return error ? <Refusal text={error} title={t.errors.load} /> : <Loading />;
  if (data.length === 0) return <Nothing title={d.noFiles} text={d.noFilesText} />;
  return (
    <>
      <Content component="p">{d.filesText}</Content>
      {!mayChange && <Alert component="p" variant="info" isInline title={d.filesForAdmins} />}
      <Table variant="compact" aria-label={d.files}>
        <Thead><Tr><Th>{d.bundleName}</Th><Th>{d.fileKind}</Th><Th>{d.bundleSize}</Th><Th>{d.fileChanged}</Th><Th screenReaderText={t.actions} /></Tr></Thead>
        <Tbody>
          {data.map((f) => (
            <Tr key={`${f.folder}/${f.name}`}>
              <Td dataLabel={d.bundleName} modifier="breakWord">{f.name}</Td>
              <Td dataLabel={d.fileKind}>{d.folders[f.folder] ?? f.folder}</Td>
              <Td dataLabel={d.bundleSize}>{bytes(f.sizeBytes)}</Td>
              <Td dataLabel={d.fileChanged}><When at={f.modifiedAt} /></Td>
              <Td isActionCell>
                {mayChange && <Button variant="link" isInline component="a" href={addressOf(f)} download={f.name} aria-label={d.fetchOf(f.name)}>{t.download}</Button>}
              </Td>
            </Tr>
          ))}
        </Tbody>
      </Table>
    </>
  );
}
