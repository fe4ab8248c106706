// One unbroken way from three addresses to a Running cluster, through the browser alone: first visits, link, the real bundle
// dropped on the page, every step of the wizard with what it refuses, the preflight matrix, deploy, kubeconfig, delete.
// Other tests of a running cluster are files in running/ and share this one.
import { readFileSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { ask, failed, fault, faults, hear, launch, look, narrow, open, say } from './browser.mjs';
import { button, drop, firstVisit, go, minutes, paste, replaced, signOut, enter, stuck, token } from './steps.mjs';

const s = await hear();
const browser = await launch();
const pages = [];
for (const url of s.hosts) pages.push(await open(browser, url));
const [page] = pages;

const visit = async () => {
  for (const [i, p] of pages.entries()) await firstVisit(p, s, i);
};

/** Features 71, 72, 73, 75 and 76. */
async function link() {
  await go(page, 'Linked Edge Hosts');
  await button(page, 'Generate token').click();
  for (const follower of pages.slice(1)) {
    const text = await token(page);
    await paste(follower, text);
    await replaced(page, text);
  }
  for (const name of s.names) await page.getByRole('grid', { name: 'Linked Edge Hosts' }).locator('td').getByText(name, { exact: true }).waitFor();
  await look(page, s.screens, 'linked');
}

/** Features 81, 86 and 87. */
async function upload() {
  await go(page, 'Content');
  await drop(page, page.getByText('Drop content bundles'), s.bundle);
  await page.getByText('Upload successful').waitFor({ timeout: 3 * minutes });
  await page.getByText('3 of 3 hosts').waitFor({ timeout: 2 * minutes });
  await look(page, s.screens, 'content-default');
  for (const w of [1024, 390]) await narrow(page, s.screens, 'content-default', w);
  await go(page, 'Linked Edge Hosts');
  await page.getByRole('grid', { name: 'Linked Edge Hosts' }).getByText('Synced', { exact: true }).nth(2).waitFor({ timeout: minutes });
}

const next = () => button(page, 'Next').click();

/** The first three steps, each with what it refuses. Features 97, 98, 99, 100 and 101. */
async function answers() {
  await go(page, 'Cluster');
  await button(page, 'Create cluster').click();
  await stuck(page, 'a cluster without a name');
  await page.getByLabel('Cluster name').fill('9 lives');
  await stuck(page, 'a wrong cluster name');
  await page.getByLabel('Cluster name').fill('harbour');
  await page.getByLabel('Tags').fill('no pair');
  await stuck(page, 'a tag without a value');
  await page.getByLabel('Tags').fill('site=north');
  await next();
  for (const name of ['kubernetes', 'kube-vip', 'calico', 'local-path']) await page.getByRole('grid', { name: 'Applications' }).getByText(name, { exact: true }).first().waitFor();
  await look(page, s.screens, 'wizard-applications');
  await next();
  await page.getByLabel('Registry port').fill('80');
  await stuck(page, 'a port that does not match');
  await page.getByLabel('Registry port').fill('30003');
  await page.getByLabel('Pod CIDR').fill('');
  await stuck(page, 'an empty pod CIDR');
  await page.getByLabel('Pod CIDR').fill('100.64.64.0/18'); // that of the services, which only the preflight finds
  await look(page, s.screens, 'wizard-profile-config');
  await next();
}

/** VIP and hosts. Features 103, 106, 107, 108, 109 and 110. */
async function places() {
  await stuck(page, 'three control-plane hosts without a VIP');
  await page.getByLabel('Virtual IP (VIP)').fill(new URL(s.hosts[1]).hostname);
  await page.getByText(`is an address of host ${s.names[1]}`).waitFor();
  await stuck(page, 'a VIP that another host has');
  await look(page, s.screens, 'wizard-vip-used');
  await page.getByLabel('Virtual IP (VIP)').fill(s.vip);
  await page.getByText(`Nobody answers for ${s.vip}`).waitFor();
  await page.getByLabel('SSH keys').fill('not a key');
  await stuck(page, 'what is no SSH key');
  await page.getByLabel('SSH keys').fill('');
  await look(page, s.screens, 'wizard-vip-free');
  await next();
  const pool = page.getByLabel(`Pool ${s.names[2]}`);
  await pool.selectOption({ label: 'Not used' });
  await page.getByText('odd number of hosts, not 2').waitFor();
  await stuck(page, 'an even control plane');
  await pool.selectOption({ label: 'control-plane-pool' });
  await page.getByLabel(`Node name ${s.names[1]}`).fill('Not-A-Name');
  await stuck(page, 'a wrong node name');
  await page.getByLabel(`Node name ${s.names[1]}`).fill('');
  await page.getByLabel(`Adapter ${s.names[1]}`).selectOption({ index: 1 });
  await page.getByLabel(`Adapter ${s.names[1]}`).selectOption({ label: 'Auto' });
  await page.getByLabel('Kubernetes labels').fill('harbour.example/quay=1');
  await look(page, s.screens, 'wizard-hosts');
  for (const w of [1024, 390]) await narrow(page, s.screens, 'wizard-hosts', w);
  await next();
}

/** What the preflight finds is mended in the step that it belongs to. */
async function preflight() {
  await page.getByText('overlap').first().waitFor({ timeout: minutes });
  await stuck(page, 'a preflight that is not met');
  await look(page, s.screens, 'preflight-refused');
  const step = (name) => page.getByRole('navigation', { name: 'Create cluster' }).getByRole('button', { name });
  await step('Profile config').click();
  await page.getByLabel('Pod CIDR').fill('100.64.0.0/18');
  await step('Node config').click();
  await next();
  await page.getByRole('grid', { name: 'Preflight' }).waitFor({ timeout: minutes });
  await look(page, s.screens, 'preflight');
  for (const w of [1024, 390]) await narrow(page, s.screens, 'preflight', w);
}

/** The answers are on the host: another browser goes on with them, and the command line takes their export. */
async function elsewhere() {
  await page.getByText('Kept on this host').waitFor();
  const other = await open(browser, s.hosts[0]);
  await other.goto('/cluster/create');
  await enter(other, s);
  await other.waitForFunction(() => document.querySelector('#name')?.value === 'harbour');
  await other.context().close();
  const [file] = await Promise.all([page.waitForEvent('download'), button(page, 'Export as YAML').click()]);
  const plan = await ask(`plan ${s.names[0]} ${await file.path()}`);
  if (plan.name !== 'harbour' || plan.vip !== s.vip || plan.nodes.length !== 3) fault(`the command line reads the export as ${JSON.stringify(plan)}`);
}

/** Features 112, 116, 117 and 122. */
async function deploy() {
  await next();
  for (const text of ['harbour', s.vip, ...s.names]) await page.getByText(text).first().waitFor();
  await look(page, s.screens, 'review');
  await button(page, 'Deploy cluster').click();
  await page.getByRole('heading', { name: /^Lifecycle/ }).waitFor();
  await page.getByRole('grid', { name: 'Lifecycle' }).getByText('done', { exact: true }).first().waitFor({ timeout: 2 * minutes });
  await look(page, s.screens, 'cluster-provisioning');
  await page.locator('.pf-v6-c-description-list').getByText('Running').first().waitFor({ timeout: 8 * minutes });
  await page.getByRole('grid', { name: 'Applications' }).getByText('kubernetes').first().waitFor();
  await look(page, s.screens, 'cluster');
  for (const w of [1024, 390]) await narrow(page, s.screens, 'cluster', w);
  await page.getByRole('tab', { name: 'Nodes' }).click();
  await page.getByRole('grid', { name: /Nodes/ }).first().getByText('Ready', { exact: true }).first().waitFor();
  await look(page, s.screens, 'cluster-nodes');
}

/** Feature 120. */
async function kubeconfig() {
  const [file] = await Promise.all([page.waitForEvent('download'), page.getByText('Admin kubeconfig file').click()]);
  if (file.suggestedFilename() !== 'harbour.kubeconfig') fault(`the file is called ${file.suggestedFilename()}`);
  if (!readFileSync(await file.path(), 'utf8').includes(`https://${s.vip}:6443`)) fault('the kubeconfig does not name the VIP');
}

/** What others look at while there is a cluster: each file's default export gets the leader's page and the settings. */
async function running() {
  for (const file of (await readdir(new URL('running/', import.meta.url)).catch(() => [])).filter((f) => f.endsWith('.mjs')).sort()) {
    say(`running/${file}`);
    await (await import(`./running/${file}`)).default(page, s, pages);
  }
}

/** Feature 133. */
async function remove() {
  await go(page, 'Cluster');
  await button(page, 'Delete cluster').click();
  const box = page.getByRole('dialog');
  if (await box.getByRole('button', { name: 'Delete cluster' }).isEnabled()) fault('a cluster is deleted without its name');
  await look(page, s.screens, 'cluster-delete');
  await box.getByLabel('Type harbour to confirm').fill('harbour');
  await box.getByRole('button', { name: 'Delete cluster' }).click();
  await page.getByText('There is no cluster').waitFor({ timeout: 3 * minutes });
  await signOut(page, s);
}

try {
  for (const step of [visit, link, upload, answers, places, preflight, elsewhere, deploy, kubeconfig, running, remove]) {
    say(step.name);
    await step();
  }
} catch (e) {
  fault(e.stack);
  for (const [i, p] of pages.entries()) await failed(p, s.screens, s.names[i]);
} finally {
  await browser.close();
  say(`${faults.length} faults`);
  process.exit(faults.length > 0 ? 1 : 0);
}
