/** How many items some host does not have yet. */
export function pendingItems(items: { sync: { pending: number } }[]): number {
  return items.filter((i) => i.sync.pending > 0).length;
}
