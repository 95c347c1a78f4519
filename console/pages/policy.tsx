import type { ComponentType } from 'preact';
import type { PolicyAnswer } from '../../src/admin/api/answers.ts';
import { type Answered, useAnswer } from '../answered.ts';
import { linkTo } from '../location.ts';
import type { PageProps } from '../main.tsx';
import { PauseList } from '../pauses.tsx';
import { Candidate } from '../policy/candidate.tsx';
import { Lists } from '../policy/lists.tsx';
import { Operate } from '../policy/operate.tsx';
import { Rules } from '../policy/rules.tsx';

export interface PartProps extends PageProps {
  readonly policy: PolicyAnswer;
  readonly again: Answered<PolicyAnswer>['again'];
}

const PARTS: Readonly<Record<string, { title: string; part: ComponentType<PartProps> }>> = {
  rules: { title: 'Rules', part: Rules },
  lists: { title: 'Lists and assertions', part: Lists },
  candidate: { title: 'Try a configuration', part: Candidate },
  operate: { title: 'Reload, pause, flush', part: Operate },
};

/** The configuration as it was loaded, and what may be done with it. */
export function Policy(page: PageProps) {
  const { answer, failure, again } = useAnswer<PolicyAnswer>('policy', {}, 15_000);
  const { part = 'rules' } = page.parameters;
  const shown = PARTS[part] ?? PARTS['rules']!;
  if (answer === undefined) return <p role="status">{failure || 'Asking the server…'}</p>;
  return (
    <>
      <p role="status">{failure}</p>
      <p class="state">
        <span>
          policy <code>{answer.policy}</code>
        </span>
        <span>{answer.file}</span>
        <span>layers {answer.layers.join(' → ')}</span>
        {answer.views.length > 1 && <span>views {answer.views.join(', ')}</span>}
      </p>
      {answer.warnings.map((warning) => (
        <p class="warning">{warning}</p>
      ))}
      {part !== 'operate' && <PauseList pauses={answer.overrides} />}
      <nav class="parts" aria-label="Parts of the policy">
        {Object.entries(PARTS).map(([name, { title }]) => (
          <a
            href={linkTo('policy', { part: name })}
            aria-current={PARTS[name] === shown ? 'page' : undefined}
          >
            {title}
          </a>
        ))}
      </nav>
      <shown.part {...page} policy={answer} again={again} />
    </>
  );
}
