import { Button, Card, CardBody, CardTitle, Progress, ProgressMeasureLocation, type ProgressProps } from '@patternfly/react-core';
import UploadIcon from '@patternfly/react-icons/dist/esm/icons/upload-icon';
import { useRef, useState, type DragEvent } from 'react';
import type { Operation } from '../../api/client';
import { useLive } from '../../api/live';
import { bytes, percent } from '../../format';
import { t } from '../../texts';
import { add, pause, remove, resume, useUploads, type UploadState } from './uploads';

/** Takes files by drop or choice and shows how far each is, to the end of its import. */
export function UploadArea() {
  const uploads = useUploads();
  const input = useRef<HTMLInputElement>(null);
  const [over, setOver] = useState(false);
  const take = (files: FileList | null) => [...(files ?? [])].forEach((f) => void add(f));
  const drop = (e: DragEvent) => {
    e.preventDefault();
    setOver(false);
    take(e.dataTransfer.files);
  };
  return (
    <Card
      isFullHeight className={over ? 'sw-drop-over' : undefined} onDrop={drop} onDragLeave={() => setOver(false)}
      onDragOver={(e) => {
        e.preventDefault();
        setOver(true);
      }}
    >
      <CardTitle component="h2">{t.content.upload}</CardTitle>
      <CardBody>
        <p className="sw-inline">
          {t.content.drop}
          <Button variant="secondary" icon={<UploadIcon />} onClick={() => input.current?.click()}>{t.content.choose}</Button>
        </p>
        <input
          ref={input} type="file" multiple hidden aria-label={t.content.choose}
          onChange={(e) => {
            take(e.target.files);
            e.target.value = '';
          }}
        />
        {uploads.map((u) => <Row key={u.key} upload={u} />)}
      </CardBody>
    </Card>
  );
}

/** What is to be seen of one upload: the bytes on their way first, then what the host does with them. */
export function look(u: UploadState, op?: Operation): { value: number; text: string; variant?: ProgressProps['variant'] } {
  if (u.state === 'failed') return { value: percent(u.sent, u.size), text: u.error ?? '', variant: 'danger' };
  if (u.state !== 'sent') {
    const of = `${bytes(u.sent)} / ${bytes(u.size)}`;
    return { value: percent(u.sent, u.size), text: u.state === 'uploading' ? of : `${t.content.states[u.state]} · ${of}` };
  }
  const step = op?.steps.find((s) => s.state === 'running') ?? op?.steps.at(-1);
  if (op?.state === 'failed' || op?.state === 'cancelled') return { value: 100, text: op.error ?? t.states[op.state] ?? '', variant: 'danger' };
  if (op?.state === 'succeeded') return { value: 100, text: t.content.success, variant: 'success' };
  const p = step?.progress;
  if (p && p.total > 0) return { value: percent(p.done, p.total), text: `${t.content.unpacking} · ${bytes(p.done)} / ${bytes(p.total)}` };
  return { value: 0, text: t.content.unpacking };
}

function Row({ upload: u }: { upload: UploadState }) {
  const { operations } = useLive();
  const seen = look(u, operations?.find((o) => o.id === u.operation));
  return (
    <div className="sw-gap" data-upload={u.name}>
      <Progress
        id={`upload-${u.key}`} title={u.name} value={seen.value} variant={seen.variant} helperText={seen.text}
        measureLocation={ProgressMeasureLocation.top} aria-label={u.name}
      />
      <div className="sw-actions">
        {u.state === 'uploading' && <Button variant="link" isInline onClick={() => void pause(u.key)}>{t.content.pause}</Button>}
        {(u.state === 'paused' || u.state === 'failed') && <Button variant="link" isInline onClick={() => resume(u.key)}>{t.content.resume}</Button>}
        <Button variant="link" isInline onClick={() => void remove(u.key)}>{u.state === 'sent' ? t.content.hide : t.content.discard}</Button>
      </div>
    </div>
  );
}
