// The settings of one host: password rules, users, sessions, SSH keys, certificate, appearance, consent, lock-out, keyboard.
import { connect } from 'node:tls';
import { becomes, fault, faults, focuses, hear, launch, look, narrow, open, say } from './browser.mjs';
import { button, enter, go, register } from './steps.mjs';

const s = await hear();
const browser = await launch();
const url = s.hosts[0];
const tab = (page, name) => page.getByRole('tab', { name, exact: true }).click();
const dialog = (page) => page.getByRole('dialog');
const gone = (page) => dialog(page).waitFor({ state: 'detached' });

/** The rules of the host are said as one types. Features 44 and 45. */
async function firstUser(page) {
  await page.goto('/');
  await page.getByRole('heading', { name: 'Create the first user' }).waitFor();
  await page.getByText('At least 12 characters').waitFor();
  await page.getByLabel('Setup code').fill(s.codes[0]);
  await page.getByLabel('User name').fill(s.user);
  await page.locator('#password').fill('short');
  await page.getByLabel('Repeat the password').fill('short');
  if (await button(page, 'Create user').isEnabled()) fault('a password that breaks the rules is let through');
  await look(page, s.screens, 'rules');
  await register(page, s, s.codes[0]);
  await page.getByRole('heading', { level: 1, name: 'Edge Host' }).waitFor();
}

/** Feature 55: tags and what became of the presets. Feature 67: the user data, with what is wrong by line and column. */
async function summary(page) {
  await go(page, 'Edge Host');
  await page.getByText('What was preset for this host is in place.').waitFor();
  await page.getByText('site: Hamburg').waitFor();
  await button(page, 'Edit tags').click();
  await dialog(page).getByLabel('Tags').fill('rack');
  await dialog(page).getByText('Line 1: write key=value').waitFor();
  if (await button(dialog(page), 'Save').isEnabled()) fault('a tag without a value is let through');
  await look(page, s.screens, 'tags');
  await dialog(page).getByLabel('Tags').fill('site=Hamburg\nrack=7');
  await button(dialog(page), 'Save').click();
  await gone(page);
  await page.getByText('rack: 7').waitFor();
  await button(page, 'Edit user data').click();
  const text = dialog(page).getByLabel('Cloud-config (YAML)');
  const before = await text.inputValue();
  if (!before.includes('passwd: "********"') || before.includes('a secret of the image')) fault(`the user data is shown as ${before}`);
  await text.fill(before.replace('{site: Hamburg}', '{-site: Hamburg}'));
  await dialog(page).getByRole('button', { name: 'Line 6, column 9:' }).click();
  await focuses(page, 'the place of a mistake is not shown in the text', text);
  if (await button(page, 'Save for the next boot').isEnabled()) fault('wrong user data is let through');
  await look(page, s.screens, 'user-data');
  await narrow(page, s.screens, 'user-data');
  await text.fill(`${before}# looked at\n`);
  await button(page, 'Save for the next boot').click();
  await gone(page);
  await page.getByText('Waits for the next boot').waitFor();
  await look(page, s.screens, 'summary');
  for (const width of [1024, 390]) await narrow(page, s.screens, 'summary', width);
}

/** Feature 46. */
async function keys(page) {
  await go(page, 'Settings');
  await tab(page, 'SSH keys');
  await page.getByText('There are no SSH keys').waitFor();
  await look(page, s.screens, 'keys-none');
  await button(page, 'Add SSH key').click();
  await dialog(page).getByLabel('Public key').fill('-----BEGIN OPENSSH PRIVATE KEY-----');
  await button(page, 'Add').click();
  await dialog(page).getByText('This is a private key').waitFor();
  await dialog(page).getByLabel('Public key').fill(s.key);
  await button(page, 'Add').click();
  await gone(page);
  await page.locator('td').getByText('ann@desk').waitFor();
  await look(page, s.screens, 'keys');
  await narrow(page, s.screens, 'keys');
  await button(page, 'Remove SSH key ann@desk').click();
  await button(page, 'Remove').click();
  await page.getByText('There are no SSH keys').waitFor();
}

/** Who a new connection sees. */
const issuer = () => new Promise((done, lost) => {
  const { hostname: host, port } = new URL(url);
  const c = connect({ host, port, rejectUnauthorized: false }, () => {
    done(c.getPeerCertificate().issuer.CN);
    c.end();
  });
  c.on('error', lost);
});

/** An own certificate: request, refusals, installation, expiry, the way back. */
async function certificate(page) {
  await go(page, 'Settings');
  await tab(page, 'Certificate');
  await page.getByText('self-signed certificate of this host').waitFor();
  await button(page, 'Create signing request').click();
  await dialog(page).getByLabel('Host names and addresses').fill('two words/');
  await button(page, 'Create request').click();
  await dialog(page).getByText('neither a host name nor an address').waitFor();
  await dialog(page).getByLabel('Host names and addresses').fill('host1.harbour.example, 127.0.0.1');
  await button(page, 'Create request').click();
  await dialog(page).getByText('BEGIN CERTIFICATE REQUEST').waitFor();
  await look(page, s.screens, 'certificate-request');
  await button(page, 'Cancel').click();
  await page.getByText('A key waits on this host').waitFor();
  await button(page, 'Install certificate').click();
  await dialog(page).getByLabel('Certificate chain (PEM)', { exact: true }).fill(s.chain);
  await dialog(page).getByRole('button', { name: 'Install certificate' }).click();
  await dialog(page).getByText('does not belong').waitFor();
  await dialog(page).getByLabel('Private key (PEM)', { exact: true }).fill(s.pem);
  await dialog(page).getByRole('button', { name: 'Install certificate' }).click();
  await gone(page);
  await page.getByText('CN=Harbour authority').waitFor();
  await page.getByText(/The certificate expires on/).waitFor();
  if ((await issuer()) !== 'Harbour authority') fault('a new connection does not see the installed certificate');
  await look(page, s.screens, 'certificate');
  await narrow(page, s.screens, 'certificate');
  await button(page, 'Go back to self-signed').click();
  await dialog(page).getByRole('button', { name: 'Go back to self-signed' }).click();
  await page.getByText('Itself (self-signed)').waitFor();
  if ((await issuer()) === 'Harbour authority') fault('a new connection still sees the removed certificate');
}

const svg = (inner) => ({ name: 'logo.svg', mimeType: 'image/svg+xml', buffer: Buffer.from(`<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9"><circle r="4" cx="4" cy="4" fill="green"/>${inner}</svg>`) });

/** Features 48 to 51. */
async function appearance(page) {
  await go(page, 'Settings');
  await tab(page, 'Appearance');
  await page.getByLabel('Choose a logo').setInputFiles(svg('<script>alert(1)</script>'));
  await page.getByText('does more than draw').waitFor();
  await page.getByLabel('Choose a logo').setInputFiles(svg(''));
  await button(page, 'Use the usual logo').waitFor();
  await page.getByLabel('Brand colour', { exact: true }).fill('#ffdd00'); // yellow on white: only its dark shade can be read
  await page.getByLabel('Sidebar colour', { exact: true }).fill('#10304f');
  await page.getByLabel('Banner').fill('For members of the harbour only');
  await page.getByLabel('Consent: title').fill('Terms of use');
  await page.getByLabel('Consent: text').fill('Everything is recorded.\nBehave.');
  await button(page, 'Add link').click();
  await page.getByLabel('Label', { exact: true }).fill('Wiki');
  await page.getByLabel('Address', { exact: true }).fill('javascript:alert(1)');
  await page.getByLabel('Heading').fill('Tools');
  await button(page, 'Save').click();
  await page.getByText('needs an address such as').waitFor();
  await page.getByLabel('Address', { exact: true }).fill('https://wiki.harbour.example/');
  await Promise.all([page.waitForEvent('load'), button(page, 'Save').click()]);
  await page.getByRole('heading', { name: 'Static pages', exact: true }).waitFor();
  const wiki = page.getByRole('navigation', { name: 'Main menu' }).getByRole('link', { name: /^Wiki/ });
  if ((await wiki.getAttribute('rel')) !== 'noopener noreferrer' || (await wiki.getAttribute('target')) !== '_blank') fault('the link opens without a tab of its own');
  await button(page, 'Add page').click();
  await dialog(page).getByLabel('Name in the address').fill('contacts');
  await dialog(page).getByLabel('Title').fill('Contacts');
  await dialog(page).getByLabel('HTML', { exact: true }).fill('<h1 style="color:green">Call 112</h1><script>parent.document.title = "taken"</script>');
  await dialog(page).getByRole('button', { name: 'Save' }).click();
  await gone(page);
  await look(page, s.screens, 'appearance');
  await narrow(page, s.screens, 'appearance');
  await page.getByRole('navigation', { name: 'Main menu' }).getByRole('link', { name: 'Contacts' }).click();
  await page.frameLocator('iframe').getByRole('heading', { name: 'Call 112' }).waitFor();
  await becomes(page, 'the page does not say its title, or a static page ran a script', () => document.title.startsWith('Contacts'));
  await look(page, s.screens, 'static-page');
}

/** Features 42 and 47: who is logged in, for two hours or a day, and is shown out; dark and UTC stay after a reload. */
async function sessionsAndDisplay(page) {
  const other = await open(browser, url);
  await other.goto('/settings/sessions');
  await button(other, 'I agree').click();
  await other.getByLabel('Stay logged in for 24 hours').check();
  await enter(other, s);
  await other.getByText('this one').waitFor();
  await go(page, 'Settings');
  await tab(page, 'Sessions');
  await page.getByText('this one').waitFor();
  const lasting = (await page.getByRole('grid', { name: 'Sessions' }).getByRole('row').allInnerTexts()).map((row) => [...row.matchAll(/\d+ \w{3} \d{4}, [\d:]+/g)].map((m) => Date.parse(m[0])));
  const hours = lasting.filter((at) => at.length === 2).map(([from, to]) => Math.round((to - from) / 3600_000)).sort();
  if (`${hours}` !== '2,24') fault(`the sessions last ${hours} hours`);
  await button(page, `End session of ${s.user} from 127.0.0.1`).click();
  await button(other, 'I agree').click();
  await other.getByText('Your session has ended. Log in again.').waitFor();
  await other.context().close();
  await button(page, `End session of ${s.user} from 127.0.0.1`).waitFor({ state: 'detached' });
  await look(page, s.screens, 'sessions');
  const menu = async (item) => {
    await button(page, s.user).click();
    await page.getByRole('menuitem', { name: item }).click();
  };
  await menu('Show times in UTC');
  await menu('Dark theme');
  await page.reload();
  await page.getByText(/\d UTC/).first().waitFor();
  if (!(await page.evaluate(() => document.documentElement.classList.contains('pf-v6-theme-dark')))) fault('the dark theme is forgotten by a reload');
  await menu('Light theme');
  await menu('Show both times');
  await page.getByText(/\(\d.* UTC\)/).first().waitFor();
  await menu('Show local times');
}

/** The table of the users has its buttons inside, also with the three of another user. */
async function users(page) {
  await page.goto('/settings/users');
  await button(page, 'Create user').click();
  await dialog(page).getByLabel('User name').fill('bob');
  await dialog(page).locator('#new-password').fill('Eleven quiet harbours');
  await dialog(page).getByLabel('Repeat the password').fill('Eleven quiet harbours');
  await button(page, 'Create').click();
  await gone(page);
  await button(page, 'Delete bob').waitFor();
  await look(page, s.screens, 'users');
  for (const width of [1024, 390]) await narrow(page, s.screens, 'users', width);
}

/** Skip link, focus, Esc, with the keyboard alone. */
async function keyboard(page) {
  await page.goto('/settings/users');
  await page.getByRole('heading', { level: 1, name: 'Settings' }).waitFor();
  const create = button(page, 'Create user');
  await create.waitFor();
  await page.keyboard.press('Tab');
  const skip = page.getByRole('link', { name: 'Skip to content' });
  await focuses(page, 'the first Tab does not lead to the skip link', skip);
  await becomes(page, 'the skip link is not seen', (e) => e.getBoundingClientRect().top >= 0, await skip.elementHandle());
  await page.keyboard.press('Enter');
  await becomes(page, 'the skip link does not lead to the content', () => document.activeElement?.id === 'main');
  for (let i = 0; i < 30 && !(await create.evaluate((e) => e === document.activeElement)); i++) await page.keyboard.press('Tab');
  await becomes(page, 'a button does not show that it has the focus', (e) => e.matches(':focus-visible') && getComputedStyle(e).outlineStyle !== 'none', await create.elementHandle());
  await page.keyboard.press('Enter');
  await dialog(page).waitFor();
  await becomes(page, 'the dialog does not take the focus', (e) => e.contains(document.activeElement), await dialog(page).elementHandle());
  await page.keyboard.press('Escape');
  await gone(page);
  await focuses(page, 'after Esc the focus is not where it was', create);
}

/** Banner and consent before the login; then the lock-out in words. Features 43 and 51. */
async function consentAndLockOut(page) {
  await button(page, s.user).click();
  await page.getByRole('menuitem', { name: 'Sign out' }).click();
  await page.getByRole('heading', { name: 'Terms of use' }).waitFor();
  if (await page.getByLabel('User name').isVisible()) fault('the login is there before the consent');
  await page.getByText('For members of the harbour only').waitFor();
  await look(page, s.screens, 'consent');
  await button(page, 'I agree').click();
  await page.getByRole('heading', { name: 'Log in' }).waitFor();
  await look(page, s.screens, 'login-themed');
  await page.getByLabel('User name').focus();
  await page.keyboard.type(s.user);
  await page.keyboard.press('Tab');
  await page.keyboard.type(s.password);
  await page.keyboard.press('Enter');
  await page.getByRole('heading', { level: 1 }).first().waitFor();
  await page.getByRole('navigation', { name: 'Main menu' }).waitFor();
  await button(page, s.user).click();
  await page.getByRole('menuitem', { name: 'Sign out' }).click();
  await button(page, 'I agree').click();
  const attempt = async (password) => {
    const [answer] = await Promise.all([page.waitForResponse('**/api/v1/login'), enter(page, s, password)]);
    const { detail } = await answer.json();
    await page.getByText(detail).waitFor();
    return detail;
  };
  const said = [];
  while (said.length < 12 && !/in 1[45] minutes/.test(said.at(-1) ?? '')) {
    said.push(await attempt('not the password'));
    await page.waitForTimeout(1000 * Number(/in (\d) second/.exec(said.at(-1))?.[1] ?? 0) + 100);
  }
  if (said[0] !== 'The user name or the password is wrong.') fault(`after one wrong password: ${said[0]}`);
  if (said.length > 9) fault(`the user is not locked: ${said.join(' | ')}`);
  if (!/Too many wrong passwords; try again in 1[45] minutes/.test(await attempt(s.password))) fault('the right password opens a locked user');
  await look(page, s.screens, 'locked');
}

const page = await open(browser, url);
for (const step of [firstUser, summary, keys, certificate, appearance, sessionsAndDisplay, users, keyboard, consentAndLockOut]) {
  say(step.name);
  try {
    await step(page);
  } catch (e) {
    await page.screenshot({ path: `${s.screens}/failed-${step.name}.png` });
    fault(`${step.name}: ${e.message}`);
    if (step === firstUser) break;
    await page.goto('/settings'); // the other steps tell more
  }
}
await browser.close();
say(`${faults.length} faults`);
process.exit(faults.length > 0 ? 1 : 0);
