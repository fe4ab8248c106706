import { useSyncExternalStore } from 'react';
import { api, dataOf, type Theme } from '../api/client';
import { readable, shade, textOn } from './colors';

// The grounds on which PatternFly puts links and buttons, and the least readable of them.
const ground = { light: '#f2f2f2', dark: '#383838' };

let theme: Theme = {};
const watchers = new Set<() => void>();

function paint(t: Theme) {
  const root = document.documentElement;
  const set = (name: string, value: string) => root.style.setProperty(name, value);
  root.classList.toggle('sw-branded', !!t.brandColor);
  root.classList.toggle('sw-sided', !!t.sidebarColor);
  if (t.brandColor) {
    const [light, dark] = [readable(t.brandColor, ground.light), readable(t.brandColor, ground.dark)];
    set('--sw-brand-light', light);
    set('--sw-brand-light-hover', shade(light, 0, 0.2));
    set('--sw-brand-dark', dark);
    set('--sw-brand-dark-hover', shade(dark, 255, 0.2));
  }
  if (t.sidebarColor) {
    set('--sw-side', t.sidebarColor);
    set('--sw-on-side', textOn(t.sidebarColor));
  }
}

/** Asks the host how its pages look; the usual look stays when it does not say. */
export async function loadTheme() {
  try {
    theme = await dataOf(api.GET('/theme'));
  } catch {
    return;
  }
  paint(theme);
  watchers.forEach((w) => w());
}

/** How the owner of the host wants the pages to look. */
export function useTheme(): Theme {
  return useSyncExternalStore(
    (w) => {
      watchers.add(w);
      return () => watchers.delete(w);
    },
    () => theme,
  );
}

/** The logo of the owner, or the product's. */
export const logoOf = (t: Theme) => (t.logo ? `/api/v1/theme/logo?v=${t.logo}` : '/favicon.svg');
