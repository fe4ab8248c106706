import {
  Alert, Masthead, MastheadBrand, MastheadContent, MastheadMain, MastheadToggle, Nav, NavItem, NavList, Page, PageSection, PageSidebar, PageSidebarBody,
  PageToggleButton, SkipToContent,
} from '@patternfly/react-core';
import BarsIcon from '@patternfly/react-icons/dist/esm/icons/bars-icon';
import { Suspense } from 'react';
import { Link, Outlet, useLocation } from 'react-router';
import { useLive } from '../api/live';
import { OwnerMenu } from '../pages/owner/OwnerMenu';
import { OwnerBanner } from '../parts/OwnerBanner';
import { Loading } from '../parts/Parts';
import { logoOf, useTheme } from '../parts/theme';
import { t } from '../texts';
import { SessionEnd } from './SessionEnd';
import { UserMenu } from './UserMenu';

const menu = [
  { to: '/host', label: t.menu.host },
  { to: '/cluster', label: t.menu.cluster },
  { to: '/content', label: t.menu.content },
  { to: '/link', label: t.menu.link },
  { to: '/diagnostics', label: t.menu.diagnostics },
  { to: '/settings', label: t.menu.settings },
  { to: '/guide', label: t.menu.guide },
];

function Head() {
  const logo = logoOf(useTheme());
  return (
    <Masthead>
      <MastheadMain>
        <MastheadToggle>
          <PageToggleButton variant="plain" aria-label={t.menu.toggle}><BarsIcon /></PageToggleButton>
        </MastheadToggle>
        <MastheadBrand>
          <Link to="/host" className="sw-brand"><img src={logo} alt="" />{t.product}</Link>
        </MastheadBrand>
      </MastheadMain>
      <MastheadContent><UserMenu /></MastheadContent>
    </Masthead>
  );
}

function Sidebar() {
  const { pathname } = useLocation();
  return (
    <PageSidebar>
      <PageSidebarBody>
        <Nav aria-label={t.menu.label}>
          <NavList>
            {menu.map((m) => (
              <NavItem key={m.to} isActive={pathname.startsWith(m.to)}>
                <Link to={m.to} aria-current={pathname.startsWith(m.to) ? 'page' : undefined}>{m.label}</Link>
              </NavItem>
            ))}
          </NavList>
          <OwnerMenu />
        </Nav>
      </PageSidebarBody>
    </PageSidebar>
  );
}

/** The frame of every page behind the login. */
export function Shell() {
  const { connected } = useLive();
  return (
    <Page
      masthead={<Head />} sidebar={<Sidebar />} isManagedSidebar mainContainerId="main" mainTabIndex={-1}
      skipToContent={<SkipToContent href="#main">{t.menu.skip}</SkipToContent>}
    >
      {!connected && (
        <PageSection>
          <Alert component="p" variant="warning" isInline isLiveRegion title={t.errors.lost}>{t.errors.lostBody}</Alert>
        </PageSection>
      )}
      <OwnerBanner />
      <SessionEnd />
      <Suspense fallback={<Loading />}>
        <Outlet />
      </Suspense>
    </Page>
  );
}
