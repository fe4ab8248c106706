// A browser that notes what no page may do, looks at pages (axe, screenshots) and tells how far it is.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { createInterface } from 'node:readline';
import { chromium } from 'playwright-core';

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const input = createInterface({ input: process.stdin })[Symbol.asyncIterator]();
const started = Date.now();

/** The next line that the test sent. */
export const hear = async () => JSON.parse((await input.next()).value);

/** Asks the test to do something and waits for its answer. */
export const ask = async (what) => {
  process.stdout.write(`${what}\n`);
  return hear();
};

export const say = (text) => process.stderr.write(`${((Date.now() - started) / 1000).toFixed(1)} s  ${text}\n`);

export const faults = [];

/** Notes a fault, on one line, and goes on, so that one run tells them all. */
export const fault = (said) => {
  const text = said.replace(/\x1b\[\d+m/g, '').replace(/\s*\n\s*/g, ' | ');
  faults.push(text);
  say(`FAULT ${text}`);
};

// A long table takes a busy machine many seconds to paint.
const patience = 60_000;

let refusals = false;

/** While on, the content security policy may refuse things: a test tries what it must. */
export const tolerate = (on) => (refusals = on);

const allowed = [];

/** Lets pages go to another address of a host. */
export const allow = (url) => allowed.push(url);

export async function launch() {
  return chromium.launch({ executablePath: '/usr/bin/chromium', args: ['--no-sandbox', '--disable-dev-shm-usage', '--disable-gpu'] });
}

/** A tab of its own, with its own cookies, on one host. */
export async function open(browser, url, options = {}) {
  const context = await browser.newContext({ ignoreHTTPSErrors: true, baseURL: url, colorScheme: 'light', viewport: { width: 1280, height: 900 }, ...options });
  const page = await context.newPage();
  page.setDefaultTimeout(20_000);
  page.on('request', (r) => {
    if (![url, ...allowed, 'blob:'].some((a) => r.url().startsWith(a))) fault(`a page asked ${r.url()}`);
  });
  page.on('pageerror', (e) => fault(`a script failed: ${e.message}`));
  page.on('console', (m) => {
    if (!refusals && /Content Security Policy/.test(m.text())) fault(`refused by the content security policy: ${m.text()}`);
  });
  return page;
}

/** Bytes over the wire of one fresh load, without fonts. */
export async function loadedBytes(page, path) {
  const sizes = [];
  const note = (r) => {
    if (r.request().resourceType() !== 'font' && r.request().resourceType() !== 'eventsource') sizes.push(r.request().sizes().then((s) => s.responseBodySize, () => 0));
  };
  page.on('response', note);
  await page.goto(path);
  await page.waitForTimeout(1500);
  page.off('response', note);
  return (await Promise.all(sizes)).reduce((a, b) => a + b, 0);
}

/** Looks at a page as it is, light and dark: axe (what differs in the dark is colour alone) and a screenshot. */
export async function look(page, dir, name) {
  for (const dark of [false, true]) {
    await page.evaluate((on) => document.documentElement.classList.toggle('pf-v6-theme-dark', on), dark);
    await page.evaluate(() => Promise.all(document.getAnimations().map((a) => a.finished.catch(() => {}))));
    await page.screenshot({ path: `${dir}/${name}-${dark ? 'dark' : 'light'}.png`, timeout: patience });
    if (!(await page.evaluate(() => 'axe' in globalThis))) await page.evaluate(axe);
    const { violations } = await page.evaluate((on) => globalThis.axe.run(document, { resultTypes: ['violations'], ...(on && { runOnly: ['color-contrast'] }) }), dark);
    for (const v of violations) {
      fault(`${name} (${dark ? 'dark' : 'light'}): ${v.id}: ${v.help}: ${v.nodes.slice(0, 3).map((n) => n.target.join(' ') + ' ' + n.html.slice(0, 160)).join(' | ')}`);
    }
  }
  await page.evaluate(() => document.documentElement.classList.remove('pf-v6-theme-dark'));
  const cut = await page.evaluate(() => [...document.querySelectorAll('.pf-v6-c-table__action:has(.pf-m-inline)')].filter((e) => e.scrollWidth > e.offsetWidth + 1).map((e) => e.textContent));
  if (cut.length > 0) fault(`${name}: buttons of a row stand out of their table: ${cut}`);
}

/** Waits until something of a page is so; a fault when it does not become so. Focus, for one, moves a moment after what moves it. */
export async function becomes(page, why, check, arg) {
  try {
    await page.waitForFunction(check, arg);
  } catch {
    fault(why);
  }
}

/** Waits until an element has the focus. */
export const focuses = async (page, why, locator) => becomes(page, why, (e) => e === document.activeElement, await locator.elementHandle());

/** Keeps what a page showed when a journey failed; that there is no picture must not hide the failure. */
export const failed = (page, dir, name) => page.screenshot({ path: `${dir}/failed-${name}.png` }).catch((e) => say(`no picture of ${name}: ${e.message}`));

/** Where the menu stands beside the page, in pixels: PatternFly's breakpoint xl. */
const besides = 1200;

/**
 * Gives the screen another size. The menu comes and goes a moment after that and moves the page: who clicks in between hits
 * nothing, so this waits for it.
 */
async function resize(page, size) {
  await page.setViewportSize(size);
  const is = await page.waitForFunction((min) => {
    const menu = document.querySelector('.pf-v6-c-page__sidebar');
    return !menu || (menu.getAttribute('aria-hidden') === 'false') === (innerWidth >= min);
  }, besides, { timeout: patience });
  await is.dispose();
  await page.evaluate(() => Promise.all(document.getAnimations().map((a) => a.finished.catch(() => {}))));
}

/** A phone's width or another: nothing may be wider than the screen. */
export async function narrow(page, dir, name, width = 390) {
  const size = page.viewportSize();
  await resize(page, { width, height: 844 });
  await page.screenshot({ path: `${dir}/${name}-${width}.png`, timeout: patience });
  const wide = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
  if (wide > 0) fault(`${name}: ${wide} pixels wider than a screen of ${width}`);
  await resize(page, size);
}
