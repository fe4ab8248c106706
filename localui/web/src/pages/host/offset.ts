/** Where a line and column, both from 1, are in a text; the end of the line when it is shorter. Columns count characters. */
export function offsetOf(text: string, line: number, column: number): number {
  const lines = text.split('\n');
  const before = lines.slice(0, line - 1).reduce((n, l) => n + l.length + 1, 0);
  return Math.min(before, text.length) + [...(lines[line - 1] ?? '')].slice(0, column - 1).join('').length;
}
