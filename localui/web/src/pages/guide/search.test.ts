import { expect, it } from 'vitest';
import { search } from './search';

const chapters = [
  { name: 'link', title: 'Linking hosts', text: 'Generate a **token** on the leader.\nA token works once.' },
  { name: 'content', title: 'Content', text: 'Uploads go on.' },
];

it.each([
  ['token leader', ['Generate a token on the leader.']],
  ['LINKING', ['Linking hosts']],
  ['token', ['Generate a token on the leader.', 'A token works once.']],
  ['nowhere', []],
  ['a', []],
  ['  ', []],
])('%s', (typed, lines) => expect(search(chapters, typed).map((h) => h.line)).toEqual(lines));
