import { useEffect, useRef, useState } from 'preact/hooks';
import type { ClientNamesAnswer, Names } from '../src/admin/api/answers.ts';
import type { DecisionRecord } from '../src/observe/decision-filter.ts';
import { get } from './server.ts';

/** Addresses of one request. */
const MOST = 200;

/** Names of the clients of decisions; `known` came with them, others are asked for once. */
export function useClientNames(decisions: readonly DecisionRecord[], known: Names): Names {
  const asked = useRef(new Set<string>());
  const [found, setFound] = useState<Names>({});
  useEffect(() => {
    const clients = decisions.flatMap(({ client }) => client ?? []);
    const unknown = [...new Set(clients)].filter((client) => !asked.current.has(client));
    const addresses = unknown.filter((client) => !(client in known)).slice(0, MOST);
    for (const client of addresses) asked.current.add(client);
    if (addresses.length === 0) return;
    get<ClientNamesAnswer>('client-names', { addresses: addresses.join(',') }).then(
      ({ names }) => setFound((before) => ({ ...before, ...names })),
      // Decisions can be read without.
      () => {},
    );
  }, [decisions, known]);
  return { ...known, ...found };
}
