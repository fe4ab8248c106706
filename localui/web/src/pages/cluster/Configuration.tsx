import { Button, Card, CardBody, CardTitle, CodeBlock, CodeBlockCode } from '@patternfly/react-core';
import { Table, Tbody, Td, Th, Thead, Tr } from '@patternfly/react-table';
import { api, dataOf, type Definition } from '../../api/client';
import { useLoad } from '../../api/use';
import { download } from '../../parts/download';
import { Loading, Refusal, When } from '../../parts/Parts';
import { t } from '../../texts';
import { Access } from './Access';
import { idOf } from './draft';

/** "Pod CIDR (podCIDR)", if the definition is still here to say so. */
function labelOf(variable: string, definition: string, definitions?: Definition[]): string {
  const label = definitions?.find((d) => idOf(d) === definition)?.variables.find((v) => v.name === variable)?.displayName;
  return label ? `${label} (${variable})` : variable;
}

/** What was deployed: the values, and the spec as YAML to deploy the same again. */
export function Configuration({ name, leads }: { name: string; leads: boolean }) {
  const { data, error, reload } = useLoad(() => dataOf(api.GET('/clusters/{name}/spec', { params: { path: { name } } })));
  const definitions = useLoad(() => dataOf(api.GET('/definitions')));
  const x = t.cluster.configuration;
  if (!data) return error ? <Refusal text={error} /> : <Loading />;
  const rows: [string, React.ReactNode][] = [
    [t.wizard.definition, data.definition], [x.kubernetes, data.kubernetesVersion], [x.created, <When key="at" at={data.createdAt} />],
    ...data.variables.map((v): [string, string] => [labelOf(v.name, data.definition, definitions.data), v.value || '–']),
  ];
  return (
    <>
      <Card className="sw-gap">
        <CardTitle component="h2">{x.values}</CardTitle>
        <CardBody>
          <Table variant="compact" borders={false} aria-label={x.values}>
            <Thead><Tr><Th>{t.cluster.columns.name}</Th><Th>{x.value}</Th></Tr></Thead>
            <Tbody>
              {rows.map(([term, value]) => <Tr key={term}><Td dataLabel={t.cluster.columns.name}>{term}</Td><Td dataLabel={x.value}>{value}</Td></Tr>)}
            </Tbody>
          </Table>
        </CardBody>
      </Card>
      <Access name={name} access={data.access} leads={leads} saved={() => void reload()} />
      <Card className="sw-gap">
        <CardTitle component="h2">{x.yaml}</CardTitle>
        <CardBody>
          <p className="sw-gap">{x.yamlText}</p>
          <Button variant="secondary" onClick={() => download(`${name}.yaml`, 'application/yaml', data.yaml)}>{x.download}</Button>
          <CodeBlock className="sw-gap"><CodeBlockCode tabIndex={0} role="region" aria-label={x.yaml}>{data.yaml}</CodeBlockCode></CodeBlock>
        </CardBody>
      </Card>
    </>
  );
}
