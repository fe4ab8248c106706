// From the first visit to linked hosts with content, as a newcomer does it, with a look at every page.
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { allow, ask, failed, fault, faults, hear, launch, loadedBytes, look, narrow, open, say } from './browser.mjs';
import { lost } from './lost.mjs';
import { button, enter, firstVisit, go, register, replaced, token } from './steps.mjs';
import { wizardByKeyboard } from './keyboard.mjs';
import { wizard } from './wizard.mjs';

const s = await hear();
const browser = await launch();

async function firstVisits(leader, follower) {
  await firstVisit(leader, s, 0, async () => {
    await look(leader, s.screens, 'first-visit');
    await register(leader, s, 'WRONG-CODE');
    await leader.getByText('That was refused').waitFor();
  });
  await firstVisit(follower, s, 1);
}

/** Features 71, 72, 73, 74 (a wrong token says why) and 78. */
async function link(leader, follower) {
  await go(leader, 'Linked Edge Hosts');
  await look(leader, s.screens, 'link-none');
  await button(leader, 'Generate token').click();
  await leader.getByRole('heading', { name: 'Link token' }).waitFor();
  await look(leader, s.screens, 'link-token');
  const text = await token(leader);
  await go(follower, 'Linked Edge Hosts');
  await button(follower, 'Link this device to another').click();
  const box = follower.getByRole('dialog');
  await box.getByLabel('Link token').fill('bm90IGEgdG9rZW4=');
  await box.getByRole('button', { name: 'Confirm' }).click();
  await box.getByText('That was refused').waitFor();
  await look(follower, s.screens, 'link-refused');
  await box.getByLabel('Link token').fill(text);
  await box.getByRole('button', { name: 'Confirm' }).click();
  await box.waitFor({ state: 'detached' });
  for (const page of [leader, follower]) {
    for (const name of s.names) await page.getByRole('grid', { name: 'Linked Edge Hosts' }).locator('td').getByText(name, { exact: true }).waitFor();
  }
  // The token was used: another one is there by itself.
  await replaced(leader, text);
  await button(leader, 'Stop token generation').click();
  await leader.getByRole('heading', { name: 'Link token' }).waitFor({ state: 'detached' });
}

/**
 * Feature 81: pauses the upload, loses the network, then cuts it by a kill of the agent, by a reload of the tab and by a reboot of
 * the host with the tab closed; the same file goes on where it stopped. Features 89, 90, 91 and 92 of what came.
 */
async function upload(page) {
  await go(page, 'Content');
  await look(page, s.screens, 'content-none');
  const net = await page.context().newCDPSession(page);
  await net.send('Network.enable');
  const network = (offline) => net.send('Network.emulateNetworkConditions', { offline, latency: 0, downloadThroughput: -1, uploadThroughput: 16 << 20 });
  await network(false);
  const bar = page.getByRole('progressbar').first();
  const sent = async () => Number(await bar.getAttribute('aria-valuenow').catch(() => 0));
  const choose = () => page.locator('input[type=file]').setInputFiles(s.bundle);
  await choose();
  while ((await sent()) < 5) await page.waitForTimeout(100);
  await button(page, 'Pause').click();
  await page.getByText('Paused ·').waitFor();
  await button(page, 'Resume').click();
  await network(true);
  await page.getByText('The host does not answer; trying again').waitFor();
  await network(false);
  await button(page, 'Pause').waitFor();
  while ((await sent()) < 30) await page.waitForTimeout(100);
  await look(page, s.screens, 'content-uploading');
  await ask(`kill-agent ${s.names[0]}`);
  say('the agent was killed during the upload');
  await page.waitForTimeout(2500);
  const content = page.url();
  const chosenAgain = async () => {
    await page.goto(content);
    await page.getByRole('heading', { level: 1, name: 'Content' }).waitFor();
    await page.getByText(/stopped at \d+ %: choose the same file again/).waitFor();
    await choose();
  };
  await chosenAgain();
  while ((await sent()) < 50) await page.waitForTimeout(100);
  await page.goto('about:blank'); // a tab that is open goes on by itself
  await ask(`reboot ${s.names[0]}`);
  say('the host was rebooted during the upload');
  await chosenAgain();
  await page.getByText('Upload successful').waitFor({ timeout: 90_000 });
  await page.getByText(`SHA-256 ${createHash('sha256').update(readFileSync(s.bundle)).digest('hex')}`).waitFor();
  await net.detach();
  await page.getByText('2 of 2 hosts').waitFor({ timeout: 60_000 });
  await page.getByRole('button', { name: 'Details' }).first().click();
  await page.getByText('Cluster definitions').waitFor();
  await look(page, s.screens, 'content');
  for (const w of [1024, 390]) await narrow(page, s.screens, 'content', w);
  await page.getByRole('textbox', { name: 'Filter by name' }).fill('nothing of this name');
  await button(page, 'Show all').click();
  await page.getByRole('button', { name: /kebab|action/i }).first().click();
  await page.getByRole('menuitem', { name: 'Delete' }).click();
  await page.getByText('go from every linked host').waitFor();
  await look(page, s.screens, 'content-delete');
  await button(page, 'Cancel').click();
}

async function rest(page) {
  for (const [menu, tab, name] of [['Diagnostics', 'Operations', 'operations'], ['Diagnostics', 'Audit log', 'audit'], ['Settings', 'Users', 'users'], ['Settings', 'Sessions', 'sessions'], ['Settings', 'About', 'about']]) {
    await go(page, menu);
    await page.getByRole('tab', { name: tab }).click();
    await page.waitForTimeout(700);
    await look(page, s.screens, name);
    await narrow(page, s.screens, name);
  }
  await page.getByRole('navigation', { name: 'Main menu' }).getByRole('link', { name: 'User guide', exact: true }).click();
  await page.getByRole('link', { name: 'Linking hosts' }).click();
  await page.getByText('A token works once').waitFor();
  await look(page, s.screens, 'guide');
  await go(page, 'Edge Host');
  await page.getByRole('grid', { name: 'Network adapters' }).waitFor();
  await look(page, s.screens, 'host');
  await narrow(page, s.screens, 'host');
  await button(page, 'Reset to factory default').click();
  if (await page.getByRole('dialog').getByRole('button', { name: 'Reset to factory default' }).isEnabled()) fault('a reset needs no typed name');
  await look(page, s.screens, 'reset');
  await button(page, 'Cancel').click();
}

/** Features 57 and 61. Changes the follower's MTU as a try and keeps it: the countdown, then the answer. */
async function network(page) {
  await go(page, 'Edge Host');
  await page.getByRole('button', { name: /^Edit adapter/ }).first().click();
  await page.getByLabel('MTU').fill('99999');
  await page.getByRole('dialog').locator('.pf-m-error').first().waitFor();
  await page.getByLabel('MTU').fill('1400');
  await page.getByText('This changes').waitFor();
  await look(page, s.screens, 'adapter');
  await button(page, 'Try it').click();
  await button(page, 'Keep the new settings').waitFor({ timeout: 40_000 });
  await look(page, s.screens, 'try');
  await button(page, 'Keep the new settings').click();
  await button(page, 'Keep the new settings').waitFor({ state: 'detached' });
  await page.locator('td').getByText('1400', { exact: true }).waitFor();
}

/** Features 62 and 64. Puts a bridge over the adapter that one came by, with its address; what a VLAN must refuse on the way. */
async function bridge(page) {
  const address = new URL(page.url()).hostname;
  await go(page, 'Edge Host');
  await button(page, 'Create VLAN, bond or bridge').click();
  await page.getByLabel('VLAN id').fill('4095');
  await page.getByRole('dialog').getByText('That was refused').waitFor();
  if (await button(page, 'Try it').isEnabled()) fault('a VLAN id of 4095 is let through');
  await look(page, s.screens, 'vlan');
  await page.getByRole('radio', { name: 'Bridge' }).check();
  await page.getByRole('group', { name: 'Members' }).getByRole('checkbox').first().check();
  await page.getByRole('radio', { name: 'Static' }).check();
  await page.getByLabel('Addresses').fill(`${address}/24`);
  await page.getByLabel('Gateway').fill(address.replace(/\d+$/, '1'));
  await page.getByText('This changes').waitFor();
  await look(page, s.screens, 'bridge');
  await button(page, 'Try it').click();
  await button(page, 'Keep the new settings').click({ timeout: 60_000 });
  await button(page, 'Keep the new settings').waitFor({ state: 'detached' });
  await page.getByRole('button', { name: 'Remove br0' }).waitFor();
}

/** Feature 61. Moves the follower to another address: the page follows, one logs in there and keeps it. */
async function move(page) {
  const to = s.hosts[1].replace(/\d+:5080$/, '222:5080');
  allow(to);
  await go(page, 'Edge Host');
  await page.getByRole('button', { name: /^Edit adapter/ }).first().click();
  await page.getByRole('radio', { name: 'Static' }).check();
  await page.getByLabel('Addresses').fill(`${new URL(to).hostname}/24`);
  await page.getByLabel('Gateway').fill(new URL(to).hostname.replace(/\d+$/, '1'));
  await page.getByText(`This page moves to ${to}`).waitFor();
  await look(page, s.screens, 'adapter-move');
  await button(page, 'Try it').click();
  await page.waitForURL(`${to}/**`, { timeout: 30_000 });
  await enter(page, s);
  await button(page, 'Keep the new settings').click({ timeout: 40_000 });
  await button(page, 'Keep the new settings').waitFor({ state: 'detached' });
  await page.getByRole('grid', { name: 'Network adapters' }).getByText(`${new URL(to).hostname}/24`).waitFor();
}

/** Deletes the bundle that came in the wizard, from both hosts. */
async function remove(page) {
  await go(page, 'Content');
  const row = page.getByRole('row', { name: /\bother\b/ });
  await row.getByText('2 of 2 hosts').waitFor();
  await row.getByRole('button', { name: /kebab|action/i }).click();
  await look(page, s.screens, 'content-menu');
  await page.getByRole('menuitem', { name: 'Delete' }).click();
  await page.getByText('go from every linked host').waitFor();
  await page.getByRole('dialog').getByRole('button', { name: 'Delete' }).click();
  await row.waitFor({ state: 'detached' });
  await button(page, 'Verify content').click();
  await page.getByText('is as it should be').waitFor({ timeout: 60_000 });
}

/** What is the leader's is done there: each page of a follower says so, with the way. */
async function followerPages(page) {
  for (const [menu, name] of [['Content', 'follower-content'], ['Cluster', 'follower-cluster'], ['Linked Edge Hosts', 'follower-link']]) {
    await go(page, menu);
    if (menu !== 'Linked Edge Hosts') await page.getByRole('link', { name: s.hosts[0] }).waitFor();
    await look(page, s.screens, name);
  }
}

/** Feature 41. */
async function signOutAndIn(page) {
  await button(page, s.user).click();
  await look(page, s.screens, 'user-menu');
  await page.getByRole('menuitem', { name: 'Sign out' }).click();
  await page.getByRole('heading', { name: 'Log in' }).waitFor();
  await look(page, s.screens, 'login');
  await narrow(page, s.screens, 'login');
  await enter(page, s, 'not the password');
  await page.getByText('You are not logged in').waitFor();
  await enter(page, s);
  await page.getByRole('heading', { level: 1, name: 'Edge Host' }).waitFor();
}

try {
  const leader = await open(browser, s.hosts[0]);
  const follower = await open(browser, s.hosts[1]);
  const steps = [
    ['first visit of both hosts', () => firstVisits(leader, follower)],
    ['link', () => link(leader, follower)],
    ['upload', () => upload(leader)],
    ['wizard', () => wizard(leader, s)],
    ['wizard by keyboard', () => wizardByKeyboard(leader)],
    ['remove', () => remove(leader)],
    ['follower pages', () => followerPages(follower)],
    ['network', () => network(follower)],
    ['move', () => move(follower)],
    ['bridge', () => bridge(follower)],
    ['the other pages', () => rest(leader)],
    ['lost hosts', () => lost(leader, follower, s)],
    ['sign out and in', () => signOutAndIn(leader)],
    ['first load', async () => {
      const fresh = await open(browser, s.hosts[0]);
      const bytes = await loadedBytes(fresh, '/');
      say(`first load: ${(bytes / 1000).toFixed(0)} kB`);
      if (bytes > 300_000) fault(`the first load takes ${bytes} bytes`);
    }],
  ];
  for (const [name, run] of steps) {
    say(name);
    await run().catch(async (e) => {
      await failed(leader, s.screens, 'leader');
      await failed(follower, s.screens, 'follower');
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
