import { Content } from '@patternfly/react-core';
import { api, dataOf } from '../../api/client';
import { useLoad } from '../../api/use';
import { Loading, Refusal } from '../../parts/Parts';
import { t } from '../../texts';
import { Licences } from './Licences';

export function About() {
  const { data, error } = useLoad(() => dataOf(api.GET('/health')));
  if (!data) return error ? <Refusal text={error} title={t.errors.load} /> : <Loading />;
  return (
    <>
      <Content className="sw-gap">
        <p>{t.product} {data.version}</p>
        <p>{t.settings.aboutText}</p>
        <p><a href="/api/v1/about/api" download="slipway-openapi.yaml">{t.settings.contract}</a></p>
      </Content>
      <Licences />
    </>
  );
}
