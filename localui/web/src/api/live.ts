import { useSyncExternalStore } from 'react';
import { api, Problem, type Cluster, type ContentItem, type Link, type Operation } from './client';

/** What the event stream says; a key is missing until its first snapshot. */
export interface Live {
  operations?: Operation[];
  link?: Link;
  clusters?: Cluster[];
  content?: ContentItem[];
  /** False while the host does not answer. */
  connected: boolean;
}

interface Message {
  topic: string;
  type: 'snapshot' | 'delta' | 'resync';
  data: unknown;
}

/** The next state after one message. A delta of operations is one operation; other topics always come whole. */
export function apply(live: Live, m: Message): Live {
  if (m.topic === 'operations' && m.type === 'delta') {
    const op = m.data as Operation;
    const others = (live.operations ?? []).filter((o) => o.id !== op.id);
    return { ...live, operations: [op, ...others].sort((a, b) => (b.createdAt ?? '').localeCompare(a.createdAt ?? '')) };
  }
  if (m.type === 'resync') return live;
  return { ...live, [m.topic]: m.data };
}

const topics = ['operations', 'link', 'clusters', 'content'];
const retryMillis = 2000;
let live: Live = { connected: true };
const watchers = new Set<() => void>();
let source: EventSource | undefined;
let retry: ReturnType<typeof setTimeout> | undefined;

function set(next: Live) {
  live = next;
  watchers.forEach((w) => w());
}

function connect() {
  const own = new EventSource(`/api/v1/events?topics=${topics.join(',')}`);
  source = own;
  own.onopen = () => set({ ...live, connected: true });
  for (const topic of topics) {
    own.addEventListener(topic, (e) => set(apply(live, JSON.parse((e as MessageEvent<string>).data) as Message)));
  }
  own.onerror = () => {
    own.close();
    if (own !== source) return;
    set({ ...live, connected: false });
    retry = setTimeout(reconnect, retryMillis);
  };
}

// A stream tells no status: ask for the session first, so that an ended one leads to the login and not to endless tries.
async function reconnect() {
  try {
    await api.GET('/session');
  } catch (e) {
    if (e instanceof Problem && e.status === 401) return;
    retry = setTimeout(reconnect, retryMillis);
    return;
  }
  connect();
}

/** Begins to watch the host; the returned function ends it and forgets what was seen. */
export function watch(): () => void {
  connect();
  return () => {
    clearTimeout(retry);
    source?.close();
    source = undefined;
    live = { connected: true };
  };
}

/** The host as it is now, and again whenever something changes. */
export function useLive(): Live {
  return useSyncExternalStore(
    (w) => {
      watchers.add(w);
      return () => watchers.delete(w);
    },
    () => live,
  );
}
