import { useCallback, useEffect, useState } from 'react';
import { createBrowserRouter, RouterProvider } from 'react-router';
import { api, dataOf, Problem, sentence, whenSignedOut } from './api/client';
import { watch } from './api/live';
import { CallerContext, type Caller } from './api/caller';
import { Consent } from './pages/login/Consent';
import { Entry } from './pages/login/Entry';
import { FirstVisit } from './pages/login/FirstVisit';
import { Login } from './pages/login/Login';
import { Loading, Refusal } from './parts/Parts';
import './parts/settings';
import { loadTheme } from './parts/theme';
import { routes } from './routes';
import { t } from './texts';

type Door = { at: 'opening' } | { at: 'setup' } | { at: 'login'; note?: string } | { at: 'in'; caller: Caller } | { at: 'lost'; error: string };

const router = createBrowserRouter(routes);

async function look(): Promise<Door> {
  await loadTheme(); // first, so that nobody sees a login before the consent
  const setup = await dataOf(api.GET('/setup'));
  if (setup.needed) return { at: 'setup' };
  try {
    return { at: 'in', caller: { ...(await dataOf(api.GET('/session'))), passwordsElsewhere: setup.passwordChangeHidden } };
  } catch (e) {
    if (e instanceof Problem && e.status === 401) return { at: 'login' };
    throw e;
  }
}

/** The door: first visit, login, or in. */
export function App() {
  const [door, setDoor] = useState<Door>({ at: 'opening' });
  const enter = useCallback(() => {
    look().then(setDoor, (e: unknown) => setDoor({ at: 'lost', error: sentence(e) }));
  }, []);
  useEffect(() => {
    whenSignedOut(() => setDoor((d) => (d.at === 'in' ? { at: 'login', note: t.login.ended } : d)));
    enter();
  }, [enter]);
  const inside = door.at === 'in';
  useEffect(() => (inside ? watch() : undefined), [inside]);
  switch (door.at) {
    case 'opening':
      return <Entry title={t.product}><Loading /></Entry>;
    case 'lost':
      return <Entry title={t.product}><Refusal text={door.error} /></Entry>;
    case 'setup':
      return <Consent><FirstVisit done={enter} /></Consent>;
    case 'login':
      return <Consent><Login note={door.note} done={enter} /></Consent>;
    case 'in':
      return (
        <CallerContext.Provider value={{ ...door.caller, leave: () => setDoor({ at: 'login' }) }}>
          <RouterProvider router={router} />
        </CallerContext.Provider>
      );
  }
}
