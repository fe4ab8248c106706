import { Banner } from '@patternfly/react-core';
import { useTheme } from './theme';

/** The line that the owner of the host wants on every page. */
export function OwnerBanner() {
  const { banner } = useTheme();
  return banner ? <Banner color="blue">{banner}</Banner> : null;
}
