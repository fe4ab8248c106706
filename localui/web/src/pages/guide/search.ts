/** One chapter of the guide. */
export interface Chapter {
  name: string;
  title: string;
  text: string;
}

const maxHits = 30;

/** The lines that have every word that was typed, without regard to case, and the chapter of each. */
export function search(chapters: Chapter[], typed: string): { chapter: Chapter; line: string }[] {
  const words = typed.toLowerCase().split(/\s+/).filter((w) => w.length > 1);
  if (words.length === 0) return [];
  const hits = chapters.flatMap((chapter) =>
    [chapter.title, ...chapter.text.split('\n')]
      .filter((line) => words.every((w) => line.toLowerCase().includes(w)))
      .map((line) => ({ chapter, line: line.replace(/[#*`|]/g, '').trim() })),
  );
  return hits.slice(0, maxHits);
}
