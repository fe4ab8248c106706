// The Diagnostics page of one host: every tab is used and looked at.
import { readFileSync } from 'node:fs';
import { ask, fault, faults, hear, launch, look, narrow, open, say } from './browser.mjs';
import { button, firstVisit, go } from './steps.mjs';

const s = await hear();
const browser = await launch();
const tab = (page, name) => page.getByRole('tab', { name, exact: true }).click();

async function tests(page) {
  await tab(page, 'Network tests');
  const target = page.getByLabel('IP address or host name');
  if (await button(page, 'Run test').isEnabled()) fault('a test without a target can be run');
  await target.fill('127.0.0.1');
  await button(page, 'Run test').click();
  await page.getByText('answers', { exact: true }).waitFor();
  await page.getByText('64 bytes from 127.0.0.1').first().waitFor();
  await page.getByLabel('Test', { exact: true }).selectOption({ label: 'Traceroute' });
  await button(page, 'Run test').click();
  await page.getByRole('heading', { name: /^Traceroute 127\.0\.0\.1/ }).waitFor({ timeout: 60_000 });
  await page.getByLabel('Test', { exact: true }).selectOption({ label: 'Port check' });
  await page.getByLabel('TCP port').fill('9');
  await button(page, 'Run test').click();
  await page.getByText('not open', { exact: true }).waitFor();
  await page.getByText('nothing listens on port 9').waitFor();
  await page.getByLabel('Test', { exact: true }).selectOption({ label: 'DNS lookup' });
  await page.getByLabel('Name or IP address').fill('localhost');
  await button(page, 'Run test').click();
  await page.getByText('A 127.0.0.1').waitFor();
  await page.getByLabel('Name server').fill('nowhere');
  await button(page, 'Run test').click();
  await page.getByText('is no IP address of a name server').waitFor();
  await look(page, s.screens, 'tests');
  await narrow(page, s.screens, 'tests');
}

async function logs(page) {
  await tab(page, 'Logs');
  const log = page.getByRole('log', { name: 'Logs' });
  await log.getByText('Started slipway-agent.service').waitFor();
  await look(page, s.screens, 'logs');
  await page.getByLabel('Unit').selectOption({ label: 'All units' });
  await page.getByRole('textbox', { name: 'Text in the message' }).fill('NETWORKD');
  await log.getByText('Started systemd-networkd.service').waitFor();
  await page.getByRole('textbox', { name: 'Text in the message' }).fill('there is no such line');
  await page.getByRole('heading', { name: 'No line matches' }).waitFor();
  await narrow(page, s.screens, 'logs-none');
  await page.getByRole('textbox', { name: 'Text in the message' }).fill('');
  await log.waitFor();
}

async function audit(page) {
  await tab(page, 'Audit log');
  const rows = page.getByRole('grid', { name: 'Audit log' });
  await rows.getByText('POST /api/v1/diag/ping').waitFor();
  await page.getByLabel('Outcome').selectOption({ label: 'Refused or failed' });
  await rows.getByText('diag:refused').waitFor();
  await rows.getByText('POST /api/v1/diag/ping').waitFor({ state: 'detached' });
  await look(page, s.screens, 'audit');
  const [file] = await Promise.all([page.waitForEvent('download'), page.getByRole('link', { name: 'Download CSV' }).click()]);
  const text = readFileSync(await file.path(), 'utf8');
  if (!text.startsWith('time,user,') || !text.includes('diag:refused') || text.includes('/diag/ping,done')) fault(`the audit file is ${text.slice(0, 200)}`);
}

/** Feature 139. */
async function files(page) {
  await tab(page, 'Files');
  await page.getByRole('heading', { name: 'There are no files' }).waitFor();
  await look(page, s.screens, 'files-none');
  await ask(`leave-files ${s.names[0]}`);
  const link = page.getByRole('link', { name: 'Download pilot book.txt' });
  await link.waitFor();
  await page.getByText('Core dump', { exact: true }).waitFor();
  await look(page, s.screens, 'files');
  await narrow(page, s.screens, 'files');
  const [file] = await Promise.all([page.waitForEvent('download'), link.click()]);
  if (readFileSync(await file.path(), 'utf8') !== 'shoals\n') fault(`the file is ${readFileSync(await file.path(), 'utf8')}`);
}

async function bundle(page) {
  await tab(page, 'Support bundle');
  await button(page, 'Generate support bundle').click();
  await page.getByRole('progressbar').first().waitFor();
  const link = page.getByRole('link', { name: 'Download support bundle' });
  await link.waitFor({ timeout: 120_000 });
  await look(page, s.screens, 'bundle');
  await narrow(page, s.screens, 'bundle');
  const [file] = await Promise.all([page.waitForEvent('download'), link.click()]);
  const bytes = readFileSync(await file.path());
  if (bytes[0] !== 0x1f || bytes[1] !== 0x8b || !file.suggestedFilename().endsWith('.tar.gz')) fault(`the bundle is ${file.suggestedFilename()}, ${bytes.length} bytes`);
}

try {
  const page = await open(browser, s.hosts[0]);
  await firstVisit(page, s, 0);
  await go(page, 'Diagnostics');
  for (const [name, run] of [['tests', tests], ['logs', logs], ['audit', audit], ['files', files], ['bundle', bundle], ['errors', async () => {
    await tab(page, 'Recent errors');
    await page.waitForTimeout(1000);
    await look(page, s.screens, 'errors');
  }]]) {
    say(name);
    await run(page).catch(async (e) => {
      await page.screenshot({ path: `${s.screens}/failed.png` });
      throw new Error(`${name}: ${e.message}`);
    });
  }
} catch (e) {
  fault(e.message);
} finally {
  await browser.close();
  say(`${faults.length} faults`);
  process.exit(faults.length > 0 ? 1 : 0);
}
