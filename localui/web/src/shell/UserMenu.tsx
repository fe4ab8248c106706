import { Dropdown, DropdownItem, DropdownList, Divider, MenuToggle, Toolbar, ToolbarContent, ToolbarItem } from '@patternfly/react-core';
import { useState } from 'react';
import { api } from '../api/client';
import { useCaller } from '../api/caller';
import { changeSettings, useSettings } from '../parts/settings';
import { t } from '../texts';
import { PasswordDialog } from './PasswordDialog';

const zones = ['local', 'utc', 'both'] as const;

/** The menu at the top right. */
export function UserMenu() {
  const [open, setOpen] = useState(false);
  const [password, setPassword] = useState(false);
  const { user, leave, passwordsElsewhere } = useCaller();
  const { dark, zone } = useSettings();
  const signOut = async () => {
    try {
      await api.POST('/logout');
    } finally {
      leave();
    }
  };
  return (
    <Toolbar isFullHeight isStatic>
      <ToolbarContent>
        <ToolbarItem align={{ default: 'alignEnd' }}>
          <Dropdown
            isOpen={open} onOpenChange={setOpen} onSelect={() => setOpen(false)} popperProps={{ position: 'right', appendTo: 'inline' }}
            toggle={(ref) => <MenuToggle ref={ref} variant="plainText" isExpanded={open} onClick={() => setOpen(!open)}>{user}</MenuToggle>}
          >
            <DropdownList>
              {!passwordsElsewhere && <DropdownItem onClick={() => setPassword(true)}>{t.user.password}</DropdownItem>}
              {zones.filter((z) => z !== zone).map((z) => <DropdownItem key={z} onClick={() => changeSettings({ zone: z })}>{t.user[z]}</DropdownItem>)}
              <DropdownItem onClick={() => changeSettings({ dark: !dark })}>{dark ? t.user.light : t.user.dark}</DropdownItem>
              <Divider component="li" />
              <DropdownItem onClick={signOut}>{t.user.signOut}</DropdownItem>
            </DropdownList>
          </Dropdown>
          {password && <PasswordDialog user={user} own close={() => setPassword(false)} />}
        </ToolbarItem>
      </ToolbarContent>
    </Toolbar>
  );
}
