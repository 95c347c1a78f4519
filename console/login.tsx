import { useState } from 'preact/hooks';
import type { Session } from '../src/admin/api/answers.ts';
import { Field } from './field.tsx';
import { send } from './server.ts';

interface LoginProps {
  /** Somebody was logged in here until now. */
  readonly hasEnded: boolean;
  readonly begun: (session: Session) => void;
}

/** Asks for a token, and has the server begin a session for it. */
export function Login({ hasEnded, begun }: LoginProps) {
  const [token, setToken] = useState('');
  const [wrong, setWrong] = useState('');
  const submit = (event: Event) => {
    event.preventDefault();
    send<Session>('POST', 'session', JSON.stringify({ token })).then(begun, (error: Error) =>
      setWrong(`${error.message}.`),
    );
  };
  return (
    <main class="login">
      <h1>rcode5</h1>
      <p>
        {hasEnded
          ? 'Your session has ended, or its token was changed. Log in again: this page stays where it is.'
          : 'Which layer refused? Log in with the token that you were given.'}
      </p>
      <form onSubmit={submit}>
        <Field label="Token">
          <input
            type="password"
            name="token"
            autocomplete="current-password"
            required
            value={token}
            onInput={({ currentTarget }) => setToken(currentTarget.value)}
          />
        </Field>
        <button type="submit" class="main">
          Log in
        </button>
        <p role="alert" class={wrong === '' ? undefined : 'problem'}>
          {wrong}
        </p>
      </form>
    </main>
  );
}
