// The settings of one host, as its administrator sets them in the browser; what is wrong is said in place.
import { fault, faults, hear, launch, look, narrow, open, say } from './browser.mjs';
import { button, enter, go } from './steps.mjs';

const s = await hear();
const browser = await launch();
const secret = 'a secret of the proxy';

/** Opens a dialog of the page and gives it to fn; it must be gone afterwards. */
async function dialog(page, name, fn) {
  await button(page, name).click();
  const box = page.getByRole('dialog');
  await box.waitFor();
  await fn(box);
  await box.waitFor({ state: 'detached' });
}

const refused = async (box, text, submit) => {
  await box.getByText(text).waitFor();
  if (await button(box, submit).isEnabled()) fault(`“${text}” is said, and “${submit}” is let through`);
};

/** Feature 58: set, checked while one types, and its password never shown. */
async function proxy(page) {
  await dialog(page, 'Edit proxy', async (box) => {
    await box.getByLabel('HTTP proxy').fill('proxy.site.example:3128');
    await refused(box, 'a proxy is written http://', 'Save');
    await box.getByLabel('HTTP proxy').fill('http://proxy.site.example:3128');
    await box.getByLabel('Proxy user').fill('ada');
    await box.getByLabel('Proxy password').fill(secret);
    await box.getByLabel('No proxy').fill('.site.example, 192.0.2.0/24');
    await box.getByLabel('CA certificates').fill('hello');
    await refused(box, 'this is no certificate in PEM', 'Save');
    await look(page, s.screens, 'proxy');
    await box.getByLabel('CA certificates').fill('');
    await box.getByText('This changes').waitFor();
    await button(box, 'Save').click();
  });
  await page.getByText('http://ada:********@proxy.site.example:3128').waitFor();
  await dialog(page, 'Edit proxy', async (box) => {
    await box.getByText('Empty keeps the one that is set.').waitFor();
    if ((await page.content()).includes(secret)) fault('the page shows the password of the proxy');
    await box.getByLabel('Proxy user').fill('eve');
    await box.getByText('http://eve@proxy.site.example:3128').waitFor(); // another user has not ada's password
    await button(box, 'Cancel').click();
  });
}

/** Features 59, 60 and 35. */
async function rest(page) {
  await dialog(page, 'Edit time servers', async (box) => {
    await box.getByLabel('NTP servers').fill('not_a_name');
    await button(box, 'Save').click();
    await box.getByText('neither an IP address nor a host name').waitFor();
    await box.getByLabel('NTP servers').fill('10.77.0.1, ntp.site.example');
    await look(page, s.screens, 'time-servers');
    await button(box, 'Save').click();
  });
  await page.getByText('10.77.0.1, ntp.site.example').waitFor();
  await dialog(page, 'Edit DNS servers', async (box) => {
    await box.getByLabel('DNS servers').fill('10.77.0.300');
    await refused(box, 'is not an IP address', 'Try it');
    await look(page, s.screens, 'dns');
    await box.getByLabel('DNS servers').fill('10.77.0.1');
    await button(box, 'Try it').click();
  });
  await button(page, 'Keep the new settings').click({ timeout: 40_000 });
  await button(page, 'Keep the new settings').waitFor({ state: 'detached' });
}

/** Feature 63: the seven modes, the interval, and what a bond must have. */
async function bond(page) {
  await dialog(page, 'Create VLAN, bond or bridge', async (box) => {
    await box.getByRole('radio', { name: 'Bond' }).check();
    const modes = await box.getByLabel('Mode').locator('option').count();
    if (modes !== 7) fault(`${modes} bond modes`);
    await refused(box, 'a bond needs at least one adapter', 'Try it');
    await box.getByRole('group', { name: 'Members' }).getByRole('checkbox').first().check();
    await box.getByLabel('Link monitoring interval').fill('20000');
    await refused(box, 'the monitoring interval is 1 to 10000 ms', 'Try it');
    await look(page, s.screens, 'bond');
    await button(box, 'Cancel').click();
  });
}

/** Feature 65: the adapter that was chosen for management is locked. */
async function management(page) {
  await dialog(page, 'Edit management interface', async (box) => {
    await box.getByLabel('Adapter').selectOption('eth0');
    await button(box, 'Save').click();
  });
  await page.getByText('The management interface is locked here').waitFor();
  if (await page.getByRole('button', { name: 'Edit adapter eth0' }).count()) fault('the management interface can be edited');
  const answer = await page.evaluate(async () => {
    const r = await fetch('/api/v1/network/tries', { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify({ set: [{ name: 'eth0', dhcp: true, mtu: 1400 }] }) });
    return { status: r.status, ...(await r.json()) };
  });
  if (answer.status !== 409 || answer.type !== 'urn:slipway:network:management') fault(`the host itself takes it: ${JSON.stringify(answer)}`);
}

/** Feature 66: an empty disk is offered, and formatted only after the host's name was typed. */
async function pool(page) {
  await dialog(page, 'Make /dev/vdb the storage pool', async (box) => {
    if (await button(box, 'Format the disk').isEnabled()) fault('a disk is formatted without the name of the host');
    await look(page, s.screens, 'pool');
    await box.getByLabel(/^Type .* to confirm$/).fill(s.names[0]);
    await button(box, 'Format the disk').click();
  });
  await page.getByRole('grid', { name: 'Disks' }).getByText('Storage pool', { exact: true }).waitFor({ timeout: 60_000 });
}

/** Features 68 to 70: who else is affected, and the name of the host before it is switched off. */
async function power(page) {
  await dialog(page, 'Reboot', async (box) => {
    await box.getByText('Nobody else is affected.').waitFor();
    await button(box, 'Cancel').click();
  });
  await dialog(page, 'Shut down', async (box) => {
    if (await button(box, 'Shut down').isEnabled()) fault('a shutdown needs no typed name');
    await button(box, 'Cancel').click();
  });
  await dialog(page, 'Reset to factory default', async (box) => {
    const reset = button(box, 'Reset to factory default');
    await box.getByText('Nobody else is affected.').waitFor();
    await box.getByLabel(/^Type .* to confirm$/).fill(`${s.names[0]}x`);
    if (await reset.isEnabled()) fault('a reset takes another name than the host has');
    await box.getByLabel(/^Type .* to confirm$/).fill(s.names[0]);
    await reset.click();
    await box.getByText('was not installed from a Slipway image').waitFor(); // a host of the lab has nothing to go back to
    await look(page, s.screens, 'reset-refused');
    await button(box, 'Cancel').click();
  });
}

/** Feature 28: a user with a password that ends is locked and deleted. */
async function users(page) {
  await go(page, 'Settings');
  await dialog(page, 'Create user', async (box) => {
    await box.getByLabel('User name').fill('bob');
    await box.locator('#new-password').fill('eleven quiet harbours');
    await box.getByLabel('Repeat the password').fill('eleven quiet harbours');
    await box.getByLabel('Password expires').fill('2035-01-31');
    await button(box, 'Create').click();
  });
  await page.getByText('2035-01-31').waitFor();
  await dialog(page, 'Change bob', async (box) => {
    await box.getByLabel(/^Locked/).check();
    await look(page, s.screens, 'user-change');
    await button(box, 'Save').click();
  });
  await page.getByText('Locked', { exact: true }).waitFor();
  await dialog(page, 'Delete bob', async (box) => {
    await box.getByLabel('Type bob to confirm').fill('bob');
    await button(box, 'Delete').click();
  });
  await page.getByText('bob', { exact: true }).waitFor({ state: 'detached' });
}

try {
  const page = await open(browser, s.hosts[0]);
  await page.goto('/');
  await page.getByRole('heading', { name: 'Log in' }).waitFor();
  await enter(page, s);
  await page.getByRole('heading', { name: 'Host settings' }).waitFor();
  for (const [name, run] of Object.entries({ proxy, rest, bond, management, pool, power, users })) {
    say(name);
    await run(page).catch(async (e) => {
      await page.screenshot({ path: `${s.screens}/failed.png` });
      throw new Error(`${name}: ${e.message}`);
    });
  }
  await go(page, 'Edge Host');
  await page.getByRole('heading', { name: 'Host settings' }).waitFor();
  await look(page, s.screens, 'host-settings');
  for (const width of [1024, 390]) await narrow(page, s.screens, 'host-settings', width);
} catch (e) {
  fault(e.message);
} finally {
  await browser.close();
  say(`${faults.length} faults`);
  process.exit(faults.length > 0 ? 1 : 0);
}
