import { expect, it } from 'vitest';
import { contrast, readable, textOn } from './colors';

it('knows the contrast of black and white', () => {
  expect(contrast('#000000', '#ffffff')).toBeCloseTo(21);
  expect(contrast('#777777', '#ffffff')).toBeCloseTo(4.48, 1);
});

// Feature 48: whatever colour an owner chooses, texts can be read in it, light and dark.
it.each(['#0f5ba7', '#ffff00', '#000000', '#ffffff', '#ff0000', '#00ff00', '#808080', '#4A8FF1'])('%s can be read', (color) => {
  for (const ground of ['#f2f2f2', '#383838']) expect(contrast(readable(color, ground), ground)).toBeGreaterThanOrEqual(4.5);
  expect(contrast(textOn(color), color)).toBeGreaterThanOrEqual(4);
});

it('leaves a colour alone that reads well', () => {
  expect(readable('#0f5ba7', '#f2f2f2')).toBe('#0f5ba7');
});
