import type { Pause } from '../src/admin/api/answers.ts';
import { linkTo } from './location.ts';
import { shownTime } from './shown.ts';

interface PauseListProps {
  readonly pauses: readonly Pause[];
  /** Absent where they are only shown. */
  readonly end?: (pause: Pause) => void;
}

/** Who passes what until when: nobody should forget that a policy is paused. */
export function PauseList({ pauses, end }: PauseListProps) {
  return (
    <>
      {pauses.map((pause) => (
        <p class="warning" key={pause.id}>
          {pauseWords(pause)}{' '}
          {end === undefined ? (
            <a href={linkTo('policy', { part: 'operate' })}>Pauses</a>
          ) : (
            <button type="button" onClick={() => end(pause)}>
              Resume<span class="unseen"> {pauseWords(pause)}</span>
            </button>
          )}
        </p>
      ))}
    </>
  );
}

export function pauseWords({ client, policy, until, by }: Pause): string {
  const whom = client ?? 'everybody';
  return `Paused: ${policy ?? 'all policies'} for ${whom} until ${shownTime(until)} UTC, by ${by}.`;
}
