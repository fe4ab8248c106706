import { NavGroup, NavItem, NavList } from '@patternfly/react-core';
import { useEffect } from 'react';
import ExternalLinkAltIcon from '@patternfly/react-icons/dist/esm/icons/external-link-alt-icon';
import { Link, useLocation } from 'react-router';
import { api, dataOf } from '../../api/client';
import { useLoad } from '../../api/use';
import { useTheme } from '../../parts/theme';
import { t } from '../../texts';
import { entriesOf, type Entry } from './menu';

/** What the owner of the host added to the menu. */
export function OwnerMenu() {
  const { data, reload } = useLoad(() => dataOf(api.GET('/theme/menu')));
  const theme = useTheme();
  useEffect(() => void reload(), [theme, reload]); // whoever changes the appearance loads the theme again
  if (!data) return null;
  return entriesOf(data).map(([group, entries]) => {
    const items = entries.map((e) => <Item key={e.label} entry={e} />);
    return group ? <NavGroup key={group} title={group}>{items}</NavGroup> : <NavList key={group}>{items}</NavList>;
  });
}

function Item({ entry: { label, to, href } }: { entry: Entry }) {
  const { pathname } = useLocation();
  if (to) {
    const here = pathname === to;
    return <NavItem isActive={here}><Link to={to} aria-current={here ? 'page' : undefined}>{label}</Link></NavItem>;
  }
  return (
    <NavItem>
      <a href={href} target="_blank" rel="noopener noreferrer">{label}&nbsp;<ExternalLinkAltIcon aria-hidden /><span className="pf-v6-screen-reader"> {t.owner.newTab}</span></a>
    </NavItem>
  );
}
