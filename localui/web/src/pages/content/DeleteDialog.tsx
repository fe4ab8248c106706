import { api, dataOf, type ContentItem } from '../../api/client';
import { useLoad } from '../../api/use';
import { bytes } from '../../format';
import { Ask } from '../../parts/Ask';
import { Loading, Refusal } from '../../parts/Parts';
import { t } from '../../texts';

/** Says what would go before it goes. */
export function DeleteDialog({ item, close }: { item: ContentItem; close: () => void }) {
  const path = { digest: item.digest };
  const { data, error } = useLoad(() => dataOf(api.DELETE('/content/{digest}', { params: { path, query: { dryRun: true } } })));
  return (
    <Ask
      title={t.content.deleteOf(item.name, item.version)} confirm={t.delete} danger close={close} ready={!!data}
      run={() => api.DELETE('/content/{digest}', { params: { path, query: { dryRun: false } } })}
    >
      <Refusal text={error} />
      {!data && !error && <Loading />}
      {data && <p>{t.content.deleteText(data.blobs, bytes(data.bytes))}</p>}
    </Ask>
  );
}
