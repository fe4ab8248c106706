import { useEffect, useState } from 'react';
import { api, dataOf, Problem, sentence, type VIPProbe } from '../../api/client';
import { ipv4 } from './rules';

const typingMillis = 700;
const busyMillis = 2000;

/** What the network says of an address, asked when one stops typing; undefined while that is not known. */
export function useProbe(address: string): { asking: boolean; found?: VIPProbe } {
  const vip = address.trim();
  const [found, setFound] = useState<VIPProbe>();
  const valid = ipv4.test(vip);
  useEffect(() => {
    if (!valid) return undefined;
    let timer: ReturnType<typeof setTimeout> | undefined;
    let over = false;
    const ask = async () => {
      try {
        const answer = await dataOf(api.GET('/cluster-vip', { params: { query: { address: vip } } }));
        if (!over) setFound(answer);
      } catch (e) {
        if (over) return;
        if (e instanceof Problem && e.status === 429) timer = setTimeout(() => void ask(), busyMillis);
        else setFound({ address: vip, state: 'unasked', message: sentence(e) });
      }
    };
    timer = setTimeout(() => void ask(), typingMillis);
    return () => {
      over = true;
      clearTimeout(timer);
    };
  }, [vip, valid]);
  const known = valid && found?.address === vip ? found : undefined;
  return { asking: valid && !known, found: known };
}
