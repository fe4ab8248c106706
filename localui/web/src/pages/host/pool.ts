import type { Host } from '../../api/client';

type Disk = Host['disks'][number];

const minimum = 10 * 2 ** 30; // as the host's own rule

/** Whether a disk is offered as storage pool; the host looks at its content once more before it formats anything. */
export function mayBePool(disks: Disk[], disk: Disk): boolean {
  return disk.role === 'free' && !disk.removable && disk.sizeBytes >= minimum && !disks.some((d) => d.role === 'pool');
}
