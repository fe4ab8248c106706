// From a host with content to a Running cluster, through the wizard.
import { readFileSync } from 'node:fs';
import { fault, faults, hear, launch, look, narrow, open, say } from './browser.mjs';

const s = await hear();
const browser = await launch();
const page = await open(browser, s.hosts[0]);
const button = (name) => page.getByRole('button', { name, exact: true });
const minutes = 60_000;

async function wizard() {
  await page.getByRole('link', { name: 'Cluster', exact: true }).click();
  await button('Create cluster').click();
  await page.getByLabel('Cluster name').fill('harbour');
  for (const text of ['Applications', 'Networking', 'Virtual IP']) {
    await button('Next').click();
    await page.getByText(text).first().waitFor();
  }
  await page.getByLabel('Virtual IP (VIP)').fill(s.vip);
  await button('Next').click();
  await page.getByText('Control-plane pool').waitFor();
  await button('Next').click();
  await page.getByRole('grid', { name: 'Preflight' }).waitFor({ timeout: minutes });
  await button('Next').click();
  await button('Deploy cluster').click();
  await page.getByRole('heading', { name: /^Lifecycle/ }).waitFor();
}

async function watch() {
  await page.getByRole('grid', { name: 'Lifecycle' }).getByText('done', { exact: true }).first().waitFor({ timeout: 2 * minutes });
  await look(page, s.screens, 'cluster-provisioning');
  await page.locator('.pf-v6-c-description-list').getByText('Running').waitFor({ timeout: 8 * minutes });
  await page.getByRole('grid', { name: 'Applications' }).getByText('kubernetes').first().waitFor();
  await look(page, s.screens, 'cluster');
  await narrow(page, s.screens, 'cluster');
  await page.getByRole('tab', { name: 'Nodes' }).click();
  await page.getByRole('grid', { name: 'Nodes' }).getByText('Ready', { exact: true }).first().waitFor();
  await look(page, s.screens, 'cluster-nodes');
}

async function take() {
  const [download] = await Promise.all([page.waitForEvent('download'), button('Admin kubeconfig file').click()]);
  if (download.suggestedFilename() !== 'harbour.kubeconfig') fault(`the file is called ${download.suggestedFilename()}`);
  if (!readFileSync(await download.path(), 'utf8').includes(`https://${s.vip}:6443`)) fault('the kubeconfig does not name the VIP');
}

async function remove() {
  await button('Delete cluster').click();
  const box = page.getByRole('dialog');
  if (await box.getByRole('button', { name: 'Delete cluster' }).isEnabled()) fault('a cluster is deleted without its name');
  await look(page, s.screens, 'cluster-delete');
  await box.getByLabel('Type harbour to confirm').fill('harbour');
  await box.getByRole('button', { name: 'Delete cluster' }).click();
  await page.getByText('There is no cluster').waitFor({ timeout: 3 * minutes });
}

try {
  await page.goto('/');
  await page.getByLabel('User name').fill(s.user);
  await page.locator('#password').fill(s.password);
  await button('Log in').click();
  for (const step of [wizard, watch, take, remove]) {
    say(step.name);
    await step();
  }
} catch (e) {
  await page.screenshot({ path: `${s.screens}/failed-cluster.png`, fullPage: true });
  fault(e.message);
} finally {
  await browser.close();
  say(`${faults.length} faults`);
  process.exit(faults.length > 0 ? 1 : 0);
}
