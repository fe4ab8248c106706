import { useSyncExternalStore } from 'react';
import type { Zone } from '../format';

/** How this browser shows things. Nothing here is secret, so it may live in its storage. */
export interface Settings {
  dark: boolean;
  zone: Zone;
}

const key = 'slipway.display';

function read(): Settings {
  const dark = matchMedia('(prefers-color-scheme: dark)').matches;
  try {
    return { dark, zone: 'local', ...(JSON.parse(localStorage.getItem(key) ?? '{}') as Partial<Settings>) };
  } catch {
    return { dark, zone: 'local' };
  }
}

let settings = read();
const watchers = new Set<() => void>();

function paint() {
  document.documentElement.classList.toggle('pf-v6-theme-dark', settings.dark);
}
paint();

export function changeSettings(change: Partial<Settings>) {
  settings = { ...settings, ...change };
  localStorage.setItem(key, JSON.stringify(settings));
  paint();
  watchers.forEach((w) => w());
}

export function useSettings(): Settings {
  return useSyncExternalStore(
    (w) => {
      watchers.add(w);
      return () => watchers.delete(w);
    },
    () => settings,
  );
}
