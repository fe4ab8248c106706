type RGB = [number, number, number];

const parse = (hex: string): RGB => [1, 3, 5].map((i) => parseInt(hex.slice(i, i + 2), 16)) as RGB;
const format = (c: RGB) => `#${c.map((v) => Math.round(v).toString(16).padStart(2, '0')).join('')}`;

/** Relative luminance, WCAG 2.2. */
function luminance(c: RGB): number {
  const [r, g, b] = c.map((v) => (v / 255 <= 0.04045 ? v / 255 / 12.92 : ((v / 255 + 0.055) / 1.055) ** 2.4)) as RGB;
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

/** Contrast of two colours such as #0f5ba7, from 1 to 21. */
export function contrast(a: string, b: string): number {
  const [x, y] = [luminance(parse(a)), luminance(parse(b))];
  return (Math.max(x, y) + 0.05) / (Math.min(x, y) + 0.05);
}

const mix = (c: RGB, to: number, share: number) => c.map((v) => v + (to - v) * share) as RGB;

/** A colour mixed with black (0) or white (255). */
export const shade = (color: string, to: 0 | 255, share: number) => format(mix(parse(color), to, share));

/** The colour itself, or the nearest shade of it that can be read on the ground (4.5, WCAG 2.2 AA). */
export function readable(color: string, ground: string): string {
  const to = luminance(parse(ground)) > 0.18 ? 0 : 255;
  for (let share = 0; share < 1; share += 0.05) {
    const c = shade(color, to, share);
    if (contrast(c, ground) >= 4.6) return c;
  }
  return to ? '#ffffff' : '#000000';
}

/** Black or white, whichever reads better on the colour. */
export const textOn = (color: string) => (contrast(color, '#ffffff') >= contrast(color, '#151515') ? '#ffffff' : '#151515');
