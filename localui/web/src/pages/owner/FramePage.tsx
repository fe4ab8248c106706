import { useParams } from 'react-router';
import { api, dataOf } from '../../api/client';
import { useLoad } from '../../api/use';
import { Loading, Nothing, PageBody, Refusal } from '../../parts/Parts';
import { t } from '../../texts';

/** A link or a static page of the owner of the host, inside. A static page runs nothing; a link is another origin. */
export default function FramePage() {
  const { index, name } = useParams();
  const { data, error } = useLoad(() => dataOf(api.GET('/theme/menu')));
  if (!data) return error ? <Refusal text={error} title={t.errors.load} /> : <Loading />;
  const link = index === undefined ? undefined : data.links[Number(index)];
  const page = data.pages.find((p) => p.name === name);
  const title = link?.label ?? page?.title;
  if (!title) return <PageBody title={t.owner.gone}><Nothing title={t.owner.gone} text={t.owner.goneText} /></PageBody>;
  return (
    <PageBody title={title}>
      {link ? (
        <iframe key={link.url} className="sw-frame" src={link.url} title={title} referrerPolicy="no-referrer" />
      ) : (
        <iframe key={name} className="sw-frame" src={`/api/v1/theme/pages/${name}`} title={title} sandbox="allow-popups allow-popups-to-escape-sandbox" />
      )}
    </PageBody>
  );
}
