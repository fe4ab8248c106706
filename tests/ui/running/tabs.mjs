// The tabs of a running cluster, on the leader and on a host that asks others (features 118, 119, 121, 122 and 123).
import { readFileSync } from 'node:fs';
import { fault, look, narrow } from '../browser.mjs';
import { button, go } from '../steps.mjs';

const tab = (page, name) => page.getByRole('tab', { name }).click();
const cell = (page, table, text) => page.getByRole('grid', { name: table }).getByText(text).first().waitFor();

export default async function tabs(leader, s, pages) {
  for (const page of [leader, pages[1]]) {
    await go(page, 'Cluster');
    await tab(page, 'Services');
    await page.getByRole('link', { name: `https://${s.vip}:30003` }).waitFor();
    await cell(page, 'Services', 'kube-dns');
    await tab(page, 'Configuration');
    await cell(page, 'As deployed', 'registryPort');
    const [file] = await Promise.all([page.waitForEvent('download'), button(page, 'Download as YAML').click()]);
    if (!readFileSync(await file.path(), 'utf8').includes(`vip: ${s.vip}`)) fault('the spec as YAML does not name the VIP');
    await tab(page, 'Events');
    await cell(page, 'Lifecycle', 'place-binaries');
    await page.getByLabel('Namespace', { exact: true }).selectOption('kube-system');
    await cell(page, 'Events', 'kube-system');
    await tab(page, 'Certificates');
    await cell(page, 'Certificates', 'apiserver');
  }
  for (const name of ['Services', 'Configuration', 'Events', 'Certificates']) {
    await tab(leader, name);
    await leader.getByRole('grid').first().waitFor();
    await look(leader, s.screens, `cluster-${name.toLowerCase()}`);
    await narrow(leader, s.screens, `cluster-${name.toLowerCase()}`, 390);
  }
  await tab(leader, 'Overview');
}
