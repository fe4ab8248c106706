import { Navigate, type RouteObject } from 'react-router';
import { Shell } from './shell/Shell';

const page = (path: string, load: () => Promise<{ default: React.ComponentType }>): RouteObject => ({
  path,
  lazy: async () => ({ Component: (await load()).default }),
});

/** Every page is fetched when it is first opened, so that the first load stays small. */
export const routes: RouteObject[] = [
  {
    path: '/',
    element: <Shell />,
    hydrateFallbackElement: <></>,
    children: [
      { index: true, element: <Navigate to="/host" replace /> },
      page('host', () => import('./pages/host/HostPage')),
      page('cluster', () => import('./pages/cluster/ClusterPage')),
      page('cluster/create', () => import('./pages/cluster/CreatePage')),
      page('content', () => import('./pages/content/ContentPage')),
      page('link', () => import('./pages/link/LinkPage')),
      page('diagnostics/:tab?', () => import('./pages/diagnostics/DiagnosticsPage')),
      page('settings/:tab?', () => import('./pages/settings/SettingsPage')),
      page('guide/:chapter?', () => import('./pages/guide/GuidePage')),
      page('links/:index', () => import('./pages/owner/FramePage')),
      page('pages/:name', () => import('./pages/owner/FramePage')),
      { path: '*', element: <Navigate to="/host" replace /> },
    ],
  },
];
