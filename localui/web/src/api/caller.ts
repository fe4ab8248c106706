import { createContext, useContext } from 'react';

/** Who is logged in. */
export interface Caller {
  user: string;
  role: string;
  /** Passwords of this host are changed elsewhere, so that nothing here offers it. */
  passwordsElsewhere?: boolean;
}

/** Who is logged in, and how the shell says that they left. */
export const CallerContext = createContext<Caller & { leave: () => void }>({ user: '', role: '', leave: () => {} });

export function useCaller() {
  const caller = useContext(CallerContext);
  return { ...caller, mayChange: caller.role === 'admin' };
}
