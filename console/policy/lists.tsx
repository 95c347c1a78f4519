import type { PolicyAsLoaded } from '../../src/admin/api/answers.ts';
import type { PartProps } from '../pages/policy.tsx';
import { shownAge, shownCount } from '../shown.ts';
import { Table } from '../table.tsx';

/** Lists and zones with their age, groups of clients, and the assertions that a reload has to meet. */
export function Lists({ policy: { policies, groups, assertions } }: PartProps) {
  return (
    <>
      <Table
        caption="Name policies"
        columns={['Policy', 'Rules', 'Serial', 'From', 'Age', 'Standing', 'Ignored']}
        numbers={[1]}
        rows={policies.map((policy) => [
          policy.name,
          shownCount(policy.rules),
          policy.serial ?? '',
          policy.fetch?.url ?? policy.transfer?.primaries.join(', ') ?? policy.file,
          shownAge(Date.now() - Date.parse(confirmedAt(policy))),
          standingOf(policy),
          ignoredOf(policy),
        ])}
        empty="No name policy is configured."
      />
      <Table
        caption="Groups of clients"
        columns={['Group', 'Prefixes']}
        rows={groups.map(({ name, prefixes }) => [name, prefixes.join(', ')])}
        empty="No group of clients is configured."
      />
      <Table
        caption="Assertions: a reload that breaks one is not taken over"
        columns={['File', 'Assertions']}
        numbers={[1]}
        rows={assertions.map(({ file, count }) => [file, count])}
        empty="No assertions are configured: a reload takes over whatever can be read."
      />
    </>
  );
}

function confirmedAt({ loadedAt, fetch, transfer }: PolicyAsLoaded): string {
  return fetch?.confirmedAt ?? transfer?.confirmedAt ?? loadedAt;
}

function standingOf({ fetch, transfer }: PolicyAsLoaded) {
  const { standing = 'loaded', problem } = fetch ?? transfer ?? {};
  return problem === undefined ? standing : <b class="bad">{`! ${standing}: ${problem}`}</b>;
}

function ignoredOf({ ignored }: PolicyAsLoaded): string {
  const words = Object.entries(ignored).map(([kind, count]) => `${shownCount(count)} ${kind}`);
  return words.join(', ') || 'none';
}
