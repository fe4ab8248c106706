import { ActionGroup, Alert, Button, Card, CardBody, CardTitle, Content, Form, FormGroup, FormHelperText, FormSelect, FormSelectOption, Grid, GridItem, HelperText, HelperTextItem, TextInput } from '@patternfly/react-core';
import { useState } from 'react';
import { useCaller } from '../../api/caller';
import type { DiagResult } from '../../api/client';
import { useAction } from '../../api/use';
import { Refusal, State } from '../../parts/Parts';
import { t } from '../../texts';
import { ask, complete, type Kind, type Question } from './ask';

const records = ['A', 'AAAA', 'CNAME', 'MX', 'NS', 'PTR', 'SRV', 'TXT'];
const kept = 10;
const d = t.diagnostics;

interface Done {
  q: Question;
  answer: DiagResult;
}

/** Ping, traceroute, DNS lookup and port check from the host, the newest answer first. */
export function Tests() {
  const [q, setQ] = useState<Question>({ kind: 'ping', target: '', port: '443', record: '', server: '' });
  const [answers, setAnswers] = useState<Done[]>([]);
  const { mayChange } = useCaller();
  const run = useAction(async () => {
    const answer = await ask(q);
    setAnswers((old) => [{ q, answer }, ...old].slice(0, kept));
  });
  const set = (change: Partial<Question>) => setQ({ ...q, ...change });
  if (!mayChange) return <Alert component="p" variant="info" isInline title={d.onlyAdmins} />;
  return (
    <Grid hasGutter>
      <GridItem lg={4}>
        <Form onSubmit={(e) => { e.preventDefault(); if (complete(q) && !run.busy) void run.start(); }}>
          <Content component="p">{d.testsText}</Content>
          <FormGroup label={d.kind} fieldId="kind">
            <FormSelect id="kind" value={q.kind} onChange={(_, v) => set({ kind: v as Kind })}>
              {Object.entries(d.kinds).map(([kind, label]) => <FormSelectOption key={kind} value={kind} label={label} />)}
            </FormSelect>
          </FormGroup>
          <FormGroup label={q.kind === 'dns' ? d.name : d.target} fieldId="target" isRequired>
            <TextInput id="target" value={q.target} onChange={(_, v) => set({ target: v })} isRequired autoComplete="off" spellCheck="false" />
          </FormGroup>
          {q.kind === 'port' && (
            <FormGroup label={d.port} fieldId="port" isRequired>
              <TextInput id="port" type="number" min={1} max={65535} value={q.port} onChange={(_, v) => set({ port: v })} isRequired />
            </FormGroup>
          )}
          {q.kind === 'dns' && (
            <>
              <FormGroup label={d.record} fieldId="record">
                <FormSelect id="record" value={q.record} onChange={(_, v) => set({ record: v })}>
                  <FormSelectOption value="" label={d.anyRecord} />
                  {records.map((r) => <FormSelectOption key={r} value={r} label={r} />)}
                </FormSelect>
              </FormGroup>
              <FormGroup label={d.server} fieldId="server">
                <TextInput id="server" value={q.server} onChange={(_, v) => set({ server: v })} autoComplete="off" spellCheck="false" />
                <FormHelperText><HelperText><HelperTextItem>{d.serverHelp}</HelperTextItem></HelperText></FormHelperText>
              </FormGroup>
            </>
          )}
          <Refusal text={run.error} />
          <ActionGroup>
            <Button type="submit" isDisabled={!complete(q) || run.busy} isLoading={run.busy}>{run.busy ? d.running : d.run}</Button>
          </ActionGroup>
        </Form>
      </GridItem>
      <GridItem lg={8} aria-live="polite">
        {answers.map((a, i) => <Answer key={answers.length - i} of={a} />)}
      </GridItem>
    </Grid>
  );
}

const verdicts: Record<Kind, [string, string]> = {
  ping: [d.reached, d.notReached], trace: [d.reached, d.notReached], dns: [d.found, d.notFound], port: [d.isOpen, d.notOpen],
};

function Answer({ of: { q, answer } }: { of: Done }) {
  const [good, bad] = verdicts[q.kind];
  const what = [d.kinds[q.kind], q.kind === 'dns' ? q.record : '', answer.target, q.kind === 'port' ? q.port : ''].filter(Boolean).join(' ');
  return (
    <Card isCompact className="sw-gap">
      <CardTitle component="h2">{what} <State of={answer.reached ? 'ok' : 'fail'} text={answer.reached ? good : bad} /></CardTitle>
      <CardBody><pre className="sw-output" tabIndex={0} aria-label={what}>{answer.output}</pre></CardBody>
    </Card>
  );
}
