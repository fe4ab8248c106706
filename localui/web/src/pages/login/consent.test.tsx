import { cleanup, fireEvent, render, screen } from '@testing-library/react';
import { afterEach, expect, it, vi } from 'vitest';
import { loadTheme } from '../../parts/theme';
import { Consent } from './Consent';

afterEach(() => {
  cleanup();
  vi.unstubAllGlobals();
});

const host = (theme: object) => vi.stubGlobal('fetch', vi.fn(async () => Response.json(theme)));

// Feature 51.
it('asks for the consent before it shows anything else, and again the next time', async () => {
  host({ banner: 'For members only', consent: { title: 'Terms', text: 'Behave.' } });
  await loadTheme();
  const { unmount } = render(<Consent>the form</Consent>);
  screen.getByRole('heading', { name: 'Terms' });
  screen.getByText('For members only');
  expect(screen.queryByText('the form')).toBeNull();
  fireEvent.click(screen.getByRole('button', { name: 'I agree' }));
  screen.getByText('the form');
  unmount();
  render(<Consent>the form</Consent>);
  expect(screen.queryByText('the form')).toBeNull();
});

// Feature 48.
it('puts the colours of the owner on the page, and takes them away', async () => {
  host({ brandColor: '#ffff00', sidebarColor: '#10304f' });
  await loadTheme();
  const root = document.documentElement;
  expect(root.classList.contains('sw-branded') && root.classList.contains('sw-sided')).toBe(true);
  expect(root.style.getPropertyValue('--sw-on-side')).toBe('#ffffff');
  expect(root.style.getPropertyValue('--sw-brand-dark')).toBe('#ffff00');
  expect(root.style.getPropertyValue('--sw-brand-light')).not.toBe('#ffff00');
  host({});
  await loadTheme();
  expect(root.classList.contains('sw-branded') || root.classList.contains('sw-sided')).toBe(false);
  render(<Consent>the form</Consent>);
  screen.getByText('the form');
});
