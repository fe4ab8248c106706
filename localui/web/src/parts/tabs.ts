import { useEffect } from 'react';

/** On a narrow screen the tabs scroll: keeps the chosen one in sight. */
export function useTabInSight(tab: string) {
  useEffect(() => {
    const show = () => document.querySelector('.pf-v6-c-tabs__item.pf-m-current')?.scrollIntoView({ inline: 'nearest', block: 'nearest' });
    show();
    addEventListener('resize', show);
    return () => removeEventListener('resize', show);
  }, [tab]);
}
