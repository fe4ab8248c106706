import { Alert, Button, Card, CardBody, CardFooter, CardTitle, Content, DescriptionList, DescriptionListDescription, DescriptionListGroup, DescriptionListTerm } from '@patternfly/react-core';
import { useEffect } from 'react';
import { useCaller } from '../../api/caller';
import { api, dataOf } from '../../api/client';
import { useLive } from '../../api/live';
import { useAction, useLoad } from '../../api/use';
import { bytes } from '../../format';
import { Loading, Nothing, Refusal, When } from '../../parts/Parts';
import { OperationLine } from '../../parts/Operation';
import { t } from '../../texts';

const d = t.diagnostics;

/** Generates the support bundle, shows how far it is, and hands it out. */
export function Bundle() {
  const { operations } = useLive();
  const { mayChange } = useCaller();
  const { data, error, reload } = useLoad(() => dataOf(api.GET('/diag/bundle')));
  const make = useAction(() => api.POST('/diag/bundle'));
  const op = operations?.find((o) => o.kind === 'diag.bundle');
  const running = op?.state === 'running' || op?.state === 'pending';
  useEffect(() => void reload(), [reload, op?.id, op?.state]);
  if (!data) return error ? <Refusal text={error} title={t.errors.load} /> : <Loading />;
  const generate = mayChange && (
    <Button variant={data.name ? 'secondary' : 'primary'} isDisabled={running || make.busy} isLoading={running} onClick={() => void make.start()}>{data.name ? d.again : d.generate}</Button>
  );
  return (
    <>
      <Content component="p">{d.bundleText}</Content>
      <Refusal text={make.error} />
      {op && (running || op.state === 'failed') && <OperationLine op={op} />}
      {!mayChange && <Alert component="p" variant="info" isInline title={d.onlyAdmins} />}
      {!data.name && !running && <Nothing title={d.noBundle} text={d.noBundleText}>{generate}</Nothing>}
      {data.name && (
        <Card className="sw-gap">
          <CardTitle component="h2">{d.bundle}</CardTitle>
          <CardBody>
            <DescriptionList isHorizontal isCompact>
              <Fact term={d.bundleName}>{data.name}</Fact>
              <Fact term={d.bundleSize}>{bytes(data.sizeBytes ?? 0)}</Fact>
              <Fact term={d.bundleAt}><When at={data.createdAt} /></Fact>
            </DescriptionList>
          </CardBody>
          <CardFooter className="sw-inline">
            {mayChange && <Button component="a" href="/api/v1/diag/bundle/file" download={data.name}>{d.bundleFetch}</Button>}
            {generate}
          </CardFooter>
        </Card>
      )}
    </>
  );
}

function Fact({ term, children }: { term: string; children: React.ReactNode }) {
  return (
    <DescriptionListGroup>
      <DescriptionListTerm>{term}</DescriptionListTerm>
      <DescriptionListDescription>{children}</DescriptionListDescription>
    </DescriptionListGroup>
  );
}
