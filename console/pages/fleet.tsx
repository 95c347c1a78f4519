import type { FleetAnswer } from '../../src/admin/api/answers.ts';
import { useAnswer } from '../answered.ts';
import { Table } from '../table.tsx';

const EVERY_MS = 30_000;

/** The servers of `fleet`: which policy each has, and what differs. */
export function Fleet() {
  const { answer, failure, again } = useAnswer<FleetAnswer>('fleet', {}, EVERY_MS);
  if (answer === undefined) return <p role="status">{failure || 'Asking the servers…'}</p>;
  const { nodes, problems, alike, differences } = answer;
  const isEmpty = nodes.length === 0 && problems.length === 0;
  return (
    <>
      <p role="status">{failure}</p>
      {!isEmpty && (
        <p class="toolbar">
          <button type="button" onClick={again}>
            Ask again
          </button>
          {alike && problems.length === 0 ? (
            <b class="good">✓ All of them serve the same.</b>
          ) : (
            <b class="bad">! They do not all serve the same.</b>
          )}
        </p>
      )}
      {problems.map((problem) => (
        <p class="problem">{problem}</p>
      ))}
      <Table
        caption="Servers, asked over DNS"
        columns={['Server', 'Node', 'Version', 'Policy', 'Zones', 'Round trip', 'Problem']}
        numbers={[5]}
        rows={nodes.map(({ host, node, version, policy, zones, ms, problem }) => [
          host,
          node ?? '',
          version ?? '',
          <code>{policy}</code>,
          Object.entries(zones)
            .map(([name, serial]) => `${name} ${serial}`)
            .join(', '),
          `${ms.toFixed(1)} ms`,
          problem === undefined ? '' : <b class="bad">! {problem}</b>,
        ])}
        empty="No fleet is configured: name its servers in fleet: [HOST…]."
      />
      {differences.length > 0 && (
        <Table
          caption="What differs, the most frequent first"
          columns={['What', 'Value', 'Servers']}
          rows={differences.flatMap(({ what, values }) =>
            values.map(({ value, hosts }) => [what, <code>{value}</code>, hosts.join(', ')]),
          )}
          empty=""
        />
      )}
    </>
  );
}
