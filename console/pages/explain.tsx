import type { Explained, PolicyAnswer } from '../../src/admin/api/answers.ts';
import { placeOf, plainWords } from '../../src/admin/api/plain-words.ts';
import type { TraceStep } from '../../src/policy/trace.ts';
import { useAnswer } from '../answered.ts';
import { DecisionDetails } from '../decision-details.tsx';
import { Field } from '../field.tsx';
import { go } from '../location.ts';
import type { PageProps } from '../main.tsx';
import { Table } from '../table.tsx';

const TRANSPORTS = ['udp', 'tcp', 'dot', 'doh'];

/** What each layer decides about a question that nobody has asked. */
export function Explain({ parameters }: PageProps) {
  const { client = '', name = '' } = parameters;
  const isAsked = client !== '' && name !== '';
  const asked = useAnswer<Explained>(isAsked ? 'explain' : undefined, withoutEmpty(parameters));
  const { answer: policy } = useAnswer<PolicyAnswer>('policy');
  return (
    <>
      <p class="lead">
        What would happen to a question, decided by the very layers that serve. Nothing is counted,
        and nothing is sent unless the upstreams are to be asked too.
      </p>
      <QuestionForm
        key={JSON.stringify(parameters)}
        parameters={parameters}
        listeners={policy?.listeners ?? []}
        again={asked.again}
      />
      <div aria-live="polite">
        {asked.failure !== '' && (
          <p role="alert" class="problem">
            {asked.failure}
          </p>
        )}
        {isAsked && asked.answer === undefined && asked.failure === '' && <p>Asking…</p>}
        {isAsked && asked.answer !== undefined && <Explanation explained={asked.answer} />}
      </div>
    </>
  );
}

function withoutEmpty(parameters: PageProps['parameters']): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(parameters).filter(([, value]) => value !== ''));
}

interface FormProps {
  readonly parameters: PageProps['parameters'];
  readonly listeners: readonly string[];
  readonly again: () => void;
}

function QuestionForm({ parameters, listeners, again }: FormProps) {
  const submit = (event: Event) => {
    event.preventDefault();
    const form = new FormData(event.currentTarget as HTMLFormElement);
    const asked = Object.fromEntries([...form].map(([key, value]) => [key, String(value).trim()]));
    const before = location.hash;
    go('explain', asked);
    if (location.hash === before) again();
  };
  const text = (name: string, hint: string, isRequired = false) => (
    <input name={name} placeholder={hint} required={isRequired} value={parameters[name] ?? ''} />
  );
  return (
    <form class="filter" onSubmit={submit} aria-label="The question">
      <Field label="Client">{text('client', '10.0.0.5', true)}</Field>
      <Field label="Name">{text('name', 'www.example.com', true)}</Field>
      <Field label="Type">{text('type', 'A')}</Field>
      <Field label="Transport">
        <select name="transport">
          {TRANSPORTS.map((one) => (
            <option value={one} selected={one === (parameters['transport'] ?? 'udp')}>
              {one}
            </option>
          ))}
        </select>
      </Field>
      <Field label="Listener">
        <select name="listener">
          <option value="">the first</option>
          {listeners.map((one) => (
            <option value={one} selected={one === parameters['listener']}>
              {one}
            </option>
          ))}
        </select>
      </Field>
      <label class="check">
        <input type="checkbox" name="live" value="1" checked={parameters['live'] === '1'} />
        Ask the upstreams too
      </label>
      <button type="submit" class="main">
        Explain
      </button>
    </form>
  );
}

function Explanation({ explained }: { readonly explained: Explained }) {
  const { decision, trace, upstream, shadow = [] } = explained;
  // A reference finds a record in the log: this one is in none.
  const { ref: _ref, ...unwritten } = decision;
  const isForwarded = upstream !== undefined;
  return (
    <section aria-label="Explanation">
      <p class="verdict">
        {isForwarded && decision.event === 'answered' && !('live' in explained) ? (
          <b>✓ It would be sent to the upstreams of the group {upstream}.</b>
        ) : (
          <b class={`event-${decision.event}`}>{plainWords(decision)[0]}</b>
        )}
      </p>
      {plainWords(decision)
        .slice(1)
        .map((sentence) => (
          <p>{sentence}</p>
        ))}
      {'meaning' in explained && <p>{explained.meaning}.</p>}
      <Table
        caption="Every layer, in order"
        columns={['Layer', 'Decides', 'Rule', 'Nearest that did not match', 'Why']}
        rows={trace.map((step) => [
          step.layer,
          <b class={step.verdict === 'pass' ? 'good' : 'bad'}>{step.verdict}</b>,
          ruleWords(step.rule),
          ruleWords(step.nearest),
          step.why ?? '',
        ])}
        empty="No layer has looked at it."
      />
      {'live' in explained && <LiveTable live={explained.live} />}
      {shadow.length > 0 && <h2>What rules in shadow mode would do</h2>}
      {shadow.map((would) => (
        <p>{plainWords(would)[0]}</p>
      ))}
      <details>
        <summary>The record that would be written</summary>
        <DecisionDetails decision={unwritten} />
      </details>
    </section>
  );
}

function ruleWords(rule: TraceStep['rule']) {
  if (rule === undefined) return '';
  const { owner, reason } = rule;
  const place = placeOf({ rule }) ?? 'built in';
  const more = [place, owner, reason].filter((part) => part !== undefined).join(', ');
  return (
    <>
      {rule.id} <small>{more}</small>
    </>
  );
}

type Live = Extract<Explained, { readonly live: unknown }>['live'];

function LiveTable({ live }: { readonly live: Live }) {
  return (
    <Table
      caption="Each upstream, asked by itself"
      columns={['Server', 'It is', 'Answer', 'EDE', 'Round trip']}
      numbers={[4]}
      rows={live.map(({ address, role, question }) => [
        address,
        role,
        question.rcode ?? `no answer: ${question.silence}`,
        question.ede.map(({ code, text }) => `${code} ${text ?? ''}`.trim()).join(', '),
        `${question.ms.toFixed(1)} ms`,
      ])}
      empty="No upstream is there for the name."
    />
  );
}
