// The wizard with the keyboard alone: Tab to what has the name, then type or press.
import { fault } from './browser.mjs';

const focused = () => {
  const e = document.activeElement;
  const of = (id) => document.getElementById(id)?.textContent ?? '';
  return (e.getAttribute('aria-label') || (e.labels?.[0]?.textContent ?? '') || (e.getAttribute('aria-labelledby') ?? '').split(' ').map(of).join(' ') || e.textContent).trim();
};

async function tabTo(page, name) {
  const seen = [];
  for (let i = 0; i < 80; i++) {
    await page.keyboard.press('Tab');
    const now = await page.evaluate(focused);
    if (now.startsWith(name)) {
      const outlined = await page.evaluate(() => document.activeElement.matches(':focus-visible'));
      if (!outlined) fault(`${name} does not show that it has the focus`);
      return;
    }
    seen.push(now.slice(0, 20));
  }
  throw new Error(`the keyboard does not reach ${name}: ${[...new Set(seen)].join(', ')}`);
}

const press = async (page, name, key = 'Enter') => {
  await tabTo(page, name);
  await page.keyboard.press(key);
};

const type = async (page, name, text) => {
  await tabTo(page, name);
  await page.keyboard.press('Control+A');
  await page.keyboard.type(text);
};

export async function wizardByKeyboard(page) {
  await page.reload();
  await page.getByRole('heading', { level: 1, name: 'Cluster', exact: true }).waitFor();
  await press(page, 'Skip to content');
  await press(page, 'Create cluster');
  await page.getByLabel('Cluster name').waitFor();
  await type(page, 'Cluster name', 'keys');
  await press(page, 'Next');
  await page.getByText('Cluster definition').first().waitFor();
  await press(page, 'Next');
  await type(page, 'Registry password', 'typed by keys');
  await press(page, 'Generate Identity CA');
  await page.waitForFunction(() => document.querySelector('#variable-identityCA').value.startsWith('LS0t'));
  await press(page, 'Next');
  await tabTo(page, 'By a virtual IP'); // what the kept draft has
  await page.keyboard.press('ArrowDown');
  await page.getByRole('textbox', { name: 'Load balancer' }).waitFor();
  await page.keyboard.press('ArrowDown');
  await page.getByRole('textbox', { name: 'Load balancer' }).waitFor({ state: 'detached' });
  await page.keyboard.press('ArrowUp');
  await page.keyboard.press('ArrowUp');
  await type(page, 'Virtual IP (VIP)', '10.77.0.100');
  await page.getByText('Nobody answers for').waitFor();
  await press(page, 'Next');
  await press(page, 'Pool h2', 'ArrowUp');
  await page.getByText('odd number of hosts, not 2').waitFor();
  await page.keyboard.press('ArrowDown');
  await press(page, 'Next');
  await page.getByRole('grid', { name: 'Preflight' }).waitFor({ timeout: 60_000 });
  await press(page, 'Back');
  await press(page, 'Cancel');
  await page.getByRole('heading', { level: 1, name: 'Cluster', exact: true }).waitFor();
}
