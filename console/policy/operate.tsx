import { useState } from 'preact/hooks';
import type { Flushed, Pause, PausesAnswer, ReloadAnswer } from '../../src/admin/api/answers.ts';
import { Field } from '../field.tsx';
import type { PartProps } from '../pages/policy.tsx';
import { PauseList, pauseWords } from '../pauses.tsx';
import { send } from '../server.ts';

/** What changes how the server decides: for those whose token may reload. */
export function Operate({ policy, session, again }: PartProps) {
  const isAllowed = session.may === 'reload';
  return (
    <>
      {!isAllowed && (
        <p class="warning">
          Your token may read. Reloading, pausing and flushing take one with{' '}
          <code>may: reload</code>.
        </p>
      )}
      <fieldset class="plain" disabled={!isAllowed}>
        <legend class="unseen">What changes how the server decides</legend>
        <div class="panels">
          <Reload policy={policy} again={again} />
          <Pauses policy={policy} again={again} />
          <Flush />
        </div>
      </fieldset>
    </>
  );
}

function Reload({ policy, again }: Pick<PartProps, 'policy' | 'again'>) {
  const [words, setWords] = useState('');
  const last = policy.lastReload;
  const reload = () => {
    setWords('Loading the configuration…');
    send<ReloadAnswer>('POST', 'reload').then(
      () => {
        setWords('');
        again();
      },
      (error: Error) => setWords(error.message),
    );
  };
  return (
    <section>
      <h2>Reload</h2>
      <p>
        Loads {policy.file} anew. With a problem, or an assertion that fails, the old one stays.
      </p>
      <button type="button" class="main" onClick={reload}>
        Reload now
      </button>
      <div aria-live="polite">
        <p>{words}</p>
        {last !== undefined && <Result result={last} />}
      </div>
    </section>
  );
}

function Result({ result: { ok, policy, problems, warnings } }: { readonly result: ReloadAnswer }) {
  return (
    <>
      <p>
        {ok ? (
          <b class="good">✓ The last reload was taken over: policy {policy}.</b>
        ) : (
          <b class="bad">! The last reload was not taken over; policy {policy} stays in force.</b>
        )}
      </p>
      {problems.map((problem) => (
        <p class="problem">{problem}</p>
      ))}
      {warnings.map((warning) => (
        <p class="warning">{warning}</p>
      ))}
    </>
  );
}

function Pauses({ policy, again }: Pick<PartProps, 'policy' | 'again'>) {
  const [words, setWords] = useState('');
  const tell = (error: Error) => setWords(error.message);
  const begin = (event: Event) => {
    event.preventDefault();
    const form = new FormData(event.currentTarget as HTMLFormElement);
    const asked = [...form].filter(([, value]) => value !== '');
    send<Pause>('POST', 'pauses', JSON.stringify(Object.fromEntries(asked))).then((pause) => {
      setWords(pauseWords(pause));
      again();
    }, tell);
  };
  const end = ({ id }: Pause) => {
    send<PausesAnswer>('DELETE', `pauses/${id}`).then(() => {
      setWords('Resumed.');
      again();
    }, tell);
  };
  return (
    <section>
      <h2>Pause</h2>
      <p>
        Lets a client, or everybody, past name policies for a while. Access lists stay in force.
      </p>
      <PauseList pauses={policy.overrides} end={end} />
      <form class="filter" onSubmit={begin} aria-label="A pause">
        <Field label="Client">
          <input name="client" placeholder="everybody" />
        </Field>
        <Field label="Policy">
          <select name="policy">
            <option value="">all policies</option>
            {policy.policies.map(({ name }) => (
              <option value={name}>{name}</option>
            ))}
          </select>
        </Field>
        <Field label="For">
          <input name="for" value="10m" required />
        </Field>
        <button type="submit" class="main">
          Pause
        </button>
      </form>
      <p aria-live="polite">{words}</p>
    </section>
  );
}

function Flush() {
  const [words, setWords] = useState('');
  const flush = (event: Event) => {
    event.preventDefault();
    const name = String(new FormData(event.currentTarget as HTMLFormElement).get('flushed'));
    send<Flushed>('POST', 'flush', JSON.stringify({ name })).then(
      (flushed) => setWords(`${flushed.name} and all below it will be asked for anew.`),
      (error: Error) => setWords(error.message),
    );
  };
  return (
    <section>
      <h2>Flush</h2>
      <p>Forgets what the cache has for a name and all names below it.</p>
      <form class="filter" onSubmit={flush} aria-label="A name of the cache">
        <Field label="Name">
          <input name="flushed" placeholder="example.com" required />
        </Field>
        <button type="submit">Flush</button>
      </form>
      <p aria-live="polite">{words}</p>
    </section>
  );
}
