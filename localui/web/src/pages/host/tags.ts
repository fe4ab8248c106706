import { t } from '../../texts';

/** Tags as people write them, one a line. */
export function linesOf(tags: Record<string, string>): string {
  return Object.keys(tags).sort().map((k) => `${k}=${tags[k]}`).join('\n');
}

/** Reads them; what is wrong names its line. The host has the last word. */
export function tagsOf(text: string): { tags: Record<string, string>; wrong: string } {
  const tags: Record<string, string> = {};
  const wrong: string[] = [];
  text.split('\n').forEach((line, i) => {
    if (line.trim() === '') return;
    const at = line.indexOf('=');
    const key = line.slice(0, at).trim();
    if (at < 0 || !/^[A-Za-z0-9]([A-Za-z0-9._-]{0,61}[A-Za-z0-9])?$/.test(key)) wrong.push(t.tags.wrong(i + 1));
    else if (key in tags) wrong.push(t.tags.twice(i + 1, key));
    else tags[key] = line.slice(at + 1).trim();
  });
  return { tags, wrong: wrong.join(' ') };
}
