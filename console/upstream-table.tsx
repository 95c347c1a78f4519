import type { UpstreamGroupState, UpstreamState } from '../src/admin/api/answers.ts';
import { linkTo } from './location.ts';
import { shownCount } from './shown.ts';
import { Table } from './table.tsx';

/** Servers by their groups: whether they answer, how soon, and how they refuse. */
export function UpstreamTable({ groups }: { readonly groups: readonly UpstreamGroupState[] }) {
  return (
    <Table
      caption="Servers and what they have answered since the start"
      columns={['Server', 'Group', 'State', 'Transport', 'Round trip', 'Answers', 'Refusals']}
      numbers={[4]}
      rows={groups.flatMap(({ name, strategy, servers }) =>
        servers.map((server) => [
          <a href={linkTo('decisions', { upstream: server.address })}>{server.address}</a>,
          `${name} (${strategy})`,
          <State server={server} />,
          server.transport,
          `${server.rttMs.toFixed(1)} ms`,
          wordsOf(server.responses),
          wordsOf(server.refusals) || 'none',
        ]),
      )}
      empty="No upstream is configured."
    />
  );
}

function State({ server: { up, loop } }: { readonly server: UpstreamState }) {
  if (loop) return <b class="bad">! Leads back here</b>;
  return up ? <b class="good">✓ Up</b> : <b class="bad">! Down</b>;
}

function wordsOf(counts: Readonly<Record<string, number>>): string {
  return Object.entries(counts)
    .map(([key, count]) => `${key} ${shownCount(count)}`)
    .join(', ');
}
