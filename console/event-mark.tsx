import { outcomeOf } from '../src/admin/api/plain-words.ts';
import type { DecisionRecord } from '../src/observe/decision-filter.ts';

/** Signs beside the words, so that nobody has to see colours. */
const SIGNS: Readonly<Record<string, string>> = {
  refused: '⊘',
  blocked: '■',
  dropped: '×',
  truncated: '…',
  shadow: '◌',
  failed: '!',
  answered: '✓',
  summary: 'Σ',
};

export function EventMark({ decision }: { readonly decision: DecisionRecord }) {
  const { event, count } = decision;
  return (
    <span class={`event event-${event}`}>
      <span aria-hidden="true">{SIGNS[event] ?? '·'}</span>{' '}
      {event === 'shadow' ? 'Shadow' : outcomeOf(decision)}
      {count !== undefined && ` (${count})`}
    </span>
  );
}
