import { useState } from 'preact/hooks';
import type { CandidateAnswer } from '../../src/admin/api/answers.ts';
import { Field } from '../field.tsx';
import { linkTo } from '../location.ts';
import type { PartProps } from '../pages/policy.tsx';
import { send } from '../server.ts';
import { shownCount } from '../shown.ts';
import { Table } from '../table.tsx';

/** What another configuration would change. It is compared by the server and not taken over. */
export function Candidate({ parameters }: PartProps) {
  const [text, setText] = useState('');
  const [replay, setReplay] = useState('1000');
  const [state, setState] = useState<{ answer?: CandidateAnswer; words: string }>({ words: '' });
  const compare = (event: Event) => {
    event.preventDefault();
    setState({ words: 'Comparing…' });
    send<CandidateAnswer>('POST', `candidate?replay=${replay}`, text).then(
      (answer) => setState({ answer, words: '' }),
      (error: Error) => setState({ words: error.message }),
    );
  };
  const upload = async ({ currentTarget }: { currentTarget: HTMLInputElement }) => {
    const file = currentTarget.files?.[0];
    if (file !== undefined) setText(await file.text());
  };
  return (
    <>
      <p class="lead">
        Give a whole configuration: what it would change is shown exactly, and the latest decisions
        are made again by it. Nothing is taken over.
      </p>
      <form class="candidate" onSubmit={compare} aria-label="A configuration">
        <Field label="From a file">
          <input type="file" accept=".yaml,.yml,.json,text/*" onChange={upload} />
        </Field>
        <Field label="Configuration">
          <textarea
            rows={12}
            required
            spellcheck={false}
            value={text}
            onInput={({ currentTarget }) => setText(currentTarget.value)}
          />
        </Field>
        <Field label="Latest decisions to make again">
          <input
            type="number"
            min="0"
            max="100000"
            required
            value={replay}
            onInput={({ currentTarget }) => setReplay(currentTarget.value)}
          />
        </Field>
        <button type="submit" class="main">
          Compare
        </button>
      </form>
      <div aria-live="polite">
        <p>{state.words}</p>
        {state.answer !== undefined && <Compared answer={state.answer} asked={parameters} />}
      </div>
    </>
  );
}

interface ComparedProps {
  readonly answer: CandidateAnswer;
  /** The question of the decision that somebody comes from, if any. */
  readonly asked: PartProps['parameters'];
}

function Compared({ answer: { ok, problems, difference, replay }, asked }: ComparedProps) {
  return (
    <section aria-label="What it would change">
      {!ok && <h2>It could not be taken over</h2>}
      {problems.map((problem) => (
        <p class="problem">{problem}</p>
      ))}
      {difference !== undefined && (
        <>
          <h2>{difference.changed ? 'What it would change' : 'It would change no decision'}</h2>
          {difference.changed && <pre class="difference">{difference.text}</pre>}
        </>
      )}
      {replay !== undefined && <Replay replay={replay} asked={asked} />}
    </section>
  );
}

function Replay({
  replay: { queries, queriesChanged, changes },
  asked,
}: {
  readonly replay: NonNullable<CandidateAnswer['replay']>;
  readonly asked: PartProps['parameters'];
}) {
  const { client, name, type = 'A' } = asked;
  const isAsked = (one: (typeof changes)[number]) =>
    one.client === client && one.name === name && one.type === type;
  const sorted = [...changes].sort((a, b) => Number(isAsked(b)) - Number(isAsked(a)));
  return (
    <>
      <h2>
        {shownCount(queriesChanged)} of the latest {shownCount(queries)} decisions would be others
      </h2>
      {client !== undefined && name !== undefined && (
        <p>
          {name} {type} of {client}:{' '}
          {changes.some(isAsked)
            ? 'it would be decided otherwise.'
            : 'not among those that change.'}
        </p>
      )}
      <Table
        caption="Questions that were asked and would be decided otherwise"
        columns={['Client', 'Name', 'Type', 'Times', 'Now', 'Then']}
        numbers={[3]}
        rows={sorted
          .slice(0, 500)
          .map((change) => [
            <a href={linkTo('decisions', { client: change.client })}>{change.client}</a>,
            change.name,
            change.type,
            shownCount(change.count),
            fateWords(change.old),
            fateWords(change.new),
          ])}
        empty="None of them."
      />
    </>
  );
}

function fateWords({ rcode, layer, rule }: Readonly<Record<string, unknown>>): string {
  const { id } = typeof rule === 'object' && rule !== null ? (rule as { id?: string }) : {};
  return [rcode ?? 'no answer', `${layer}`, id ?? (typeof rule === 'string' ? rule : '')]
    .filter((part) => part !== '')
    .join(', ');
}
