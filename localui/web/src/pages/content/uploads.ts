import { useSyncExternalStore } from 'react';
import type { Upload } from 'tus-js-client';
import { t } from '../../texts';

/** One chosen file on its way to the host. Uploads go on while one looks at other pages. */
export interface UploadState {
  key: number;
  name: string;
  size: number;
  sent: number;
  state: 'uploading' | 'paused' | 'waiting' | 'sent' | 'failed';
  /** Id of the operation that unpacks it, once all bytes are there. */
  operation?: string;
  error?: string;
}

const chunkBytes = 64 << 20;
const retryDelays = [0, 1000, 2000, 3000, 5000, 5000, 5000, 10000, 10000, 10000, 20000, 20000, 30000];
const operationHeader = 'Slipway-Operation';

let uploads: UploadState[] = [];
const running = new Map<number, Upload>();
const watchers = new Set<() => void>();
let lastKey = 0;

function set(next: UploadState[]) {
  uploads = next;
  watchers.forEach((w) => w());
}

function change(key: number, c: Partial<UploadState>) {
  set(uploads.map((u) => (u.key === key ? { ...u, ...c } : u)));
}

/** Begins to send a file, or goes on where an earlier upload of the same file stopped. */
export async function add(file: File) {
  const key = ++lastKey;
  set([...uploads, { key, name: file.name, size: file.size, sent: 0, state: 'uploading' }]);
  const tus = await import('tus-js-client');
  const upload = new tus.Upload(file, {
    endpoint: '/api/v1/uploads/',
    chunkSize: chunkBytes,
    retryDelays,
    removeFingerprintOnSuccess: true,
    metadata: { filename: file.name },
    onProgress: (sent) => change(key, { sent, state: 'uploading' }),
    onShouldRetry: (error) => {
      change(key, { state: 'waiting' });
      const status = error.originalResponse?.getStatus() ?? 0;
      return status < 400 || status >= 500 || status === 409 || status === 423;
    },
    onAfterResponse: (_, response) => {
      const operation = response.getHeader(operationHeader);
      if (operation) change(key, { operation });
    },
    onError: (error) => change(key, { state: 'failed', error: reason(error) }),
    onSuccess: () => change(key, { state: 'sent', sent: file.size }),
  });
  running.set(key, upload);
  try {
    const [earlier] = await upload.findPreviousUploads();
    if (earlier) upload.resumeFromPreviousUpload(earlier);
    upload.start();
  } catch (e) {
    change(key, { state: 'failed', error: String(e) });
  }
}

/** What the host said, without the library's own words when the host said something. */
export function reason(error: { message: string; originalResponse?: { getBody(): string } | null }): string {
  const body = error.originalResponse?.getBody();
  if (!body) return t.content.cut;
  try {
    return (JSON.parse(body) as { detail?: string }).detail ?? body;
  } catch {
    return body;
  }
}

export async function pause(key: number) {
  await running.get(key)?.abort();
  change(key, { state: 'paused' });
}

export function resume(key: number) {
  change(key, { state: 'uploading', error: undefined });
  running.get(key)?.start();
}

/** Takes an upload off the list; what is not complete goes from the host too. */
export async function remove(key: number) {
  const upload = uploads.find((u) => u.key === key);
  if (upload?.state !== 'sent') await running.get(key)?.abort(true).catch(() => undefined);
  running.delete(key);
  set(uploads.filter((u) => u.key !== key));
}

export function useUploads(): UploadState[] {
  return useSyncExternalStore(
    (w) => {
      watchers.add(w);
      return () => watchers.delete(w);
    },
    () => uploads,
  );
}
