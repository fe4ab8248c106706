import { ActionGroup, Alert, Button, Card, CardBody, CardTitle, Form } from '@patternfly/react-core';
import { useState } from 'react';
import { useCaller } from '../../api/caller';
import { api, type ClusterAccess } from '../../api/client';
import { useAction } from '../../api/use';
import { Refusal } from '../../parts/Parts';
import { t } from '../../texts';
import { lines } from './draft';
import { Field } from './Field';

/** What may change while the cluster runs, for all of its hosts at once. */
export function Access({ name, access, leads, saved }: { name: string; access: ClusterAccess; leads: boolean; saved: () => void }) {
  const [ntp, setNtp] = useState(access.ntpServers.join(', '));
  const [keys, setKeys] = useState(access.sshKeys.join('\n'));
  const [done, setDone] = useState(false);
  const { mayChange } = useCaller();
  const fixed = !leads || !mayChange;
  const x = t.cluster.access;
  const save = useAction(() => api.PUT('/clusters/{name}/access', {
    params: { path: { name } }, body: { ntpServers: ntp.split(/[\s,]+/).filter(Boolean), sshKeys: lines(keys) },
  }));
  return (
    <Card className="sw-gap">
      <CardTitle component="h2">{x.title}</CardTitle>
      <CardBody>
        <p>{x.text}</p>
        <Refusal text={save.error} />
        {done && <Alert component="p" variant="success" isInline isPlain isLiveRegion title={x.saved} />}
        <Form className="sw-gap" onSubmit={(e) => e.preventDefault()}>
          <Field id="access-ntp" label={t.wizard.ntp} value={ntp} set={setNtp} help={t.wizard.ntpHelp} readOnly={fixed} />
          <Field id="access-keys" label={t.wizard.ssh} value={keys} set={setKeys} help={t.wizard.sshHelp} area readOnly={fixed} />
          {!fixed && (
            <ActionGroup>
              <Button isDisabled={save.busy} onClick={() => void save.start().then((ok) => {
                setDone(ok);
                if (ok) saved();
              })}>{x.save}</Button>
            </ActionGroup>
          )}
        </Form>
      </CardBody>
    </Card>
  );
}
