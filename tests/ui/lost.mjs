// Hosts that lose each other: a forced leave, an unlink from the leader's side, a leader that gives up its role, a join that
// drops content, a promotion.
import { ask, fault, look } from './browser.mjs';
import { button, go, minutes, token } from './steps.mjs';

const dialog = (page) => page.getByRole('dialog');
const confirm = (page, name) => dialog(page).getByRole('button', { name, exact: true });
const closed = (page) => dialog(page).waitFor({ state: 'detached', timeout: minutes });
const reads = (page, text) => page.getByText(text, { exact: true }).waitFor({ timeout: minutes });

const alone = 'This host is not linked.';
const leads = 'This host is the leader of the group.';

async function unlink(page, name) {
  await page.getByRole('row', { name: new RegExp(`\\b${name}\\b`) }).getByRole('button').click();
  await page.getByRole('menuitem', { name: 'Unlink' }).click();
  await confirm(page, 'Unlink').click();
  await closed(page);
  await page.getByRole('grid', { name: 'Linked Edge Hosts' }).getByText(name, { exact: true }).waitFor({ state: 'detached' });
}

/** Features 77 and 78. The agents are stopped and started as a power cut would do. */
export async function lost(first, second, s) {
  const [h1, h2] = s.names;
  await go(second, 'Linked Edge Hosts');
  await second.getByText('Uploads, clusters and the group are managed on the leader').waitFor();
  await ask(`stop-agent ${h1}`);
  await button(second, 'Unlink this host').click();
  await confirm(second, 'Unlink this host').click();
  await second.getByText('That was refused').waitFor({ timeout: minutes });
  await look(second, s.screens, 'leave-refused');
  await dialog(second).getByLabel('Leave even if the leader does not answer').check();
  await confirm(second, 'Unlink this host').click();
  await closed(second);
  await reads(second, alone);

  await ask(`start-agent ${h1}`);
  await first.reload();
  await go(first, 'Linked Edge Hosts');
  await unlink(first, h2);
  await button(first, 'Stop leading').click();
  await reads(first, alone);

  await button(second, 'Generate token').click();
  const text = await token(second);
  await button(second, 'Stop token generation').waitFor();
  await button(first, 'Link this device to another').click();
  await dialog(first).getByLabel('Link token').fill(text);
  await confirm(first, 'Confirm').click();
  await dialog(first).getByLabel(/Let the content go/).check();
  await confirm(first, 'Confirm').click();
  await closed(first);
  await reads(first, 'This host follows a leader.');
  await button(second, 'Stop token generation').click();

  await ask(`stop-agent ${h2}`);
  await first.getByText(`${h2} has not been heard of for`).waitFor({ timeout: 2 * minutes });
  await look(first, s.screens, 'leader-lost');
  await first.getByRole('button', { name: 'Lead a group of its own' }).last().click();
  await confirm(first, 'Confirm').click();
  await closed(first);
  await reads(first, leads);
  await ask(`start-agent ${h2}`);
  await second.reload();
  await go(second, 'Linked Edge Hosts');
  await unlink(second, h1);
  if (!(await first.getByText(leads).isVisible())) fault('the old leader took its follower back');
}
