// What people do on more than one journey.
import { fault } from './browser.mjs';

export const minutes = 60_000;

export const button = (page, name) => page.getByRole('button', { name, exact: true });

/** Opens a page by the menu. */
export async function go(page, name) {
  await page.getByRole('navigation', { name: 'Main menu' }).getByRole('link', { name, exact: true }).click();
  await page.getByRole('heading', { level: 1, name }).waitFor();
}

/** Opens a host that has no user yet and fills in the form of the first one. */
export async function register(page, s, code, password = s.password) {
  await page.getByLabel('Setup code').fill(code);
  await page.getByLabel('User name').fill(s.user);
  await page.locator('#password').fill(password);
  await page.getByLabel('Repeat the password').fill(password);
  await button(page, 'Create user').click();
}

export async function firstVisit(page, s, i, looked = async () => {}) {
  await page.goto('/');
  await page.getByRole('heading', { name: 'Create the first user' }).waitFor();
  await looked();
  await register(page, s, s.codes[i]);
  await page.getByRole('heading', { level: 1, name: 'Edge Host' }).waitFor();
}

export async function enter(page, s, password = s.password) {
  await page.getByLabel('User name').fill(s.user);
  await page.locator('#password').fill(password);
  await button(page, 'Log in').click();
}

export async function signOut(page, s) {
  await button(page, s.user).click();
  await page.getByRole('menuitem', { name: 'Sign out' }).click();
  await page.getByRole('heading', { name: 'Log in' }).waitFor();
}

/** The token that the leader shows. */
export async function token(page) {
  await page.getByRole('heading', { name: 'Link token' }).waitFor();
  return page.getByRole('textbox', { name: 'Link token' }).inputValue();
}

/** Pastes a token on the host that is to follow. */
export async function paste(page, text) {
  await go(page, 'Linked Edge Hosts');
  await button(page, 'Link this device to another').click();
  const box = page.getByRole('dialog');
  await box.getByLabel('Link token').fill(text);
  await box.getByRole('button', { name: 'Confirm' }).click();
  await box.waitFor({ state: 'detached' });
}

/** A used token is replaced by itself. */
export const replaced = (page, old) =>
  page.waitForFunction((was) => document.querySelector('.pf-v6-c-clipboard-copy input')?.value !== was, old);

/** Drops a file of the disk on an element, as one drags it out of a folder. */
export async function drop(page, target, file) {
  const box = await target.boundingBox();
  const at = { x: box.x + box.width / 2, y: box.y + box.height / 2, data: { items: [], files: [file], dragOperationsMask: 1 } };
  const devtools = await page.context().newCDPSession(page);
  for (const type of ['dragEnter', 'dragOver', 'drop']) await devtools.send('Input.dispatchDragEvent', { type, ...at });
  await devtools.detach();
}

/** A step of the wizard must not let a wrong answer through. */
export async function stuck(page, why) {
  if (await button(page, 'Next').isEnabled()) fault(`${why} is let through`);
}
