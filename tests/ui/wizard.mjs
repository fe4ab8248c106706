// Every step of the wizard on a group of two hosts, with what each refuses, to the review; then the export and back.
import { readFileSync } from 'node:fs';
import { fault, look, narrow, tolerate } from './browser.mjs';
import { button, go } from './steps.mjs';

/** Features 97, 98, 99, 100, 101, 102, 104, 106, 107, 108, 109, 111 and 112, each step with what it refuses. */
export async function wizard(page, s) {
  await go(page, 'Cluster');
  await look(page, s.screens, 'cluster-none');
  await button(page, 'Create cluster').click();
  const next = button(page, 'Next');
  await page.getByLabel('Cluster name').fill('Not A Name');
  if (await next.isEnabled()) fault('a wrong cluster name is let through');
  await look(page, s.screens, 'wizard-basic');
  await page.getByLabel('Cluster name').fill('harbour');
  await next.click();
  await page.getByText('Kubernetes of the browser test').waitFor();
  await button(page, 'Import a definition').click();
  await page.locator('input[type=file][aria-label="Choose files"]').setInputFiles(s.other);
  await page.getByRole('radio', { name: 'Imported in the wizard 2.0.0' }).check();
  await page.getByRole('grid', { name: 'Applications' }).getByText('missing').waitFor();
  await look(page, s.screens, 'wizard-profile');
  await ownScreen(page, s, next);
  await button(page, 'Back').click();
  await page.getByRole('radio', { name: 'Kubernetes of the browser test 1.0.0' }).check();
  await next.click();
  if (await next.isEnabled()) fault('a required variable may be empty');
  await page.getByLabel('Registry password').fill('short');
  if (await next.isEnabled()) fault('a value that does not match is let through');
  await page.getByLabel('Registry password').fill('long enough');
  await page.getByLabel('Pod CIDR').fill('100.64.0.0');
  if (await next.isEnabled()) fault('a wrong CIDR is let through');
  await look(page, s.screens, 'wizard-variables');
  await page.getByLabel('Pod CIDR').fill('100.64.0.0/18');
  await next.click();
  await reached(page, s, next);
  await page.getByLabel('Virtual IP (VIP)').fill('10.77.0.1000');
  if (await next.isEnabled()) fault('a wrong VIP is let through');
  await look(page, s.screens, 'wizard-cluster');
  await page.getByLabel('Virtual IP (VIP)').fill('10.77.0.100');
  await next.click();
  await page.getByLabel(`Pool ${s.names[1]}`).selectOption({ label: 'control-plane-pool' });
  await page.getByText('odd number of hosts, not 2').waitFor();
  if (await next.isEnabled()) fault('two control-plane hosts are let through');
  await look(page, s.screens, 'wizard-nodes');
  await page.getByLabel(`Pool ${s.names[1]}`).selectOption({ label: 'worker-pool' });
  await narrow(page, s.screens, 'wizard-nodes');
  await next.click();
  await page.getByRole('grid', { name: 'Preflight' }).waitFor({ timeout: 60_000 });
  await look(page, s.screens, 'wizard-preflight');
  for (const box of await page.getByRole('checkbox', { name: /^Deploy although/ }).all()) await box.check();
  await next.click();
  await button(page, 'Deploy cluster').waitFor();
  await look(page, s.screens, 'wizard-review');
  if (await page.getByText('long enough').count()) fault('the review shows a masked value');
  const [file] = await Promise.all([page.waitForEvent('download'), button(page, 'Export as YAML').click()]);
  if (readFileSync(await file.path(), 'utf8').includes('long enough')) fault('the export has a masked value');
  await button(page, 'Cancel').click();
  await page.getByRole('heading', { level: 1, name: 'Cluster', exact: true }).waitFor();
  await button(page, 'Create cluster').click();
  await page.getByLabel('Cluster name').fill('other');
  await page.locator('input[type=file]').setInputFiles(await file.path());
  await page.waitForFunction(() => document.querySelector('#name').value === 'harbour');
  await button(page, 'Cancel').click();
}

/** Feature 102: a screen that the definition brings reaches nothing but the wizard, under the rules of the form. */
async function ownScreen(page, s, next) {
  tolerate(true); // before it is there: it tries as soon as it is loaded
  await next.click();
  const screen = page.frameLocator('iframe[title="Settings of Imported in the wizard"]');
  await screen.getByText('Reached: nothing').waitFor();
  await screen.getByLabel('How many berths?').fill('many');
  await screen.getByText('Enter a number').waitFor();
  await page.getByText('Berths: Enter a number').waitFor();
  if (await next.isEnabled()) fault('a wrong value of a screen is let through');
  await look(page, s.screens, 'wizard-screen');
  await narrow(page, s.screens, 'wizard-screen');
  await screen.getByLabel('How many berths?').fill('12');
  await screen.getByLabel('Pass').fill('open sesame');
  if (!(await next.isEnabled())) fault('a good value of a screen is refused');
  if (await screen.getByText('a secret').count()) fault('the screen is told a secret');
  await button(page, 'Use the plain form').click();
  if ((await page.getByLabel('Berths').inputValue()) !== '12') fault('the plain form does not have what the screen sent');
  await button(page, 'Use the screen of the definition').click();
  await screen.getByText('Reached: nothing').waitFor();
  await screen.getByRole('button', { name: 'Leave' }).click();
  await page.getByText('does not work here').waitFor();
  if ((await page.getByLabel('Berths').inputValue()) !== '12') fault('the form lost what the screen sent');
  tolerate(false);
}

/** Feature 104: with a load balancer, or at the only control-plane host, there is no VIP. */
async function reached(page, s, next) {
  if (!(await page.getByRole('radio', { name: 'At the only control-plane host' }).isChecked())) fault('one control-plane host is asked for more than it needs');
  await page.getByRole('radio', { name: 'By a load balancer of your own' }).check();
  await page.getByRole('textbox', { name: 'Load balancer' }).fill('https://lb');
  if (await next.isEnabled()) fault('a wrong load balancer is let through');
  await look(page, s.screens, 'wizard-balancer');
  await page.getByRole('textbox', { name: 'Load balancer' }).fill('lb.example.com:443');
  if (!(await next.isEnabled())) fault('a load balancer is refused');
  await page.getByRole('radio', { name: 'By a virtual IP' }).check();
}
