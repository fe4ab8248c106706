import type { ContentItem } from '../../api/client';

/** What the table shows: items whose text has all the words, of one type and state if wished. */
export interface Filter {
  words: string;
  type: string;
  state: string;
}

export type Column = 'name' | 'version' | 'type' | 'sizeBytes' | 'addedAt';

/** The state of an item over all hosts: the worst of them. */
export function stateOf(i: ContentItem): 'failed' | 'pending' | 'completed' {
  if (i.sync.failed > 0) return 'failed';
  return i.sync.pending > 0 ? 'pending' : 'completed';
}

/** The items that are asked for, in order. */
export function choose(items: ContentItem[], f: Filter, by: Column, descending: boolean): ContentItem[] {
  const words = f.words.toLowerCase().split(/\s+/).filter(Boolean);
  const text = (i: ContentItem) => `${i.name} ${i.version} ${i.type} ${i.digest}`.toLowerCase();
  const shown = items.filter((i) => words.every((w) => text(i).includes(w)) && (!f.type || i.type === f.type) && (!f.state || stateOf(i) === f.state));
  const compare = (a: ContentItem, b: ContentItem) => {
    const [x, y] = [a[by], b[by]];
    return typeof x === 'number' && typeof y === 'number' ? x - y : String(x).localeCompare(String(y), 'en', { numeric: true });
  };
  return shown.sort((a, b) => (descending ? -1 : 1) * compare(a, b) || a.digest.localeCompare(b.digest));
}
