import { Button, FormGroup, Modal, ModalBody, ModalFooter, ModalHeader, TextInput } from '@patternfly/react-core';
import { useState, type ReactNode } from 'react';
import { useAction } from '../api/use';
import { t } from '../texts';
import { Refusal } from './Parts';

/** Asks before something is done, and says why when it was refused. With `typed`, that word must be typed first. */
export function Ask(p: {
  title: string;
  children: ReactNode;
  confirm: string;
  danger?: boolean;
  typed?: string;
  ready?: boolean;
  /** For what needs more room than a question. */
  wide?: boolean;
  run: () => Promise<unknown>;
  close: () => void;
}) {
  const [word, setWord] = useState('');
  const { busy, error, start } = useAction(p.run);
  const ready = (p.ready ?? true) && (!p.typed || word === p.typed);
  return (
    <Modal isOpen variant={p.wide ? 'large' : 'small'} onClose={p.close} aria-labelledby="ask-title" aria-describedby="ask-body">
      <ModalHeader title={p.title} labelId="ask-title" titleIconVariant={p.danger ? 'warning' : undefined} />
      <ModalBody id="ask-body">
        {p.children}
        {p.typed && (
          <FormGroup label={t.typeToConfirm(p.typed)} fieldId="ask-word" className="sw-gap">
            <TextInput id="ask-word" value={word} onChange={(_, v) => setWord(v)} autoComplete="off" />
          </FormGroup>
        )}
        <Refusal text={error} />
      </ModalBody>
      <ModalFooter>
        <Button
          variant={p.danger ? 'danger' : 'primary'}
          isDisabled={!ready || busy}
          isLoading={busy}
          onClick={async () => {
            if (await start()) p.close();
          }}
        >
          {p.confirm}
        </Button>
        <Button variant="link" onClick={p.close}>{t.cancel}</Button>
      </ModalFooter>
    </Modal>
  );
}
