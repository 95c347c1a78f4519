import { useState } from 'preact/hooks';
import type { Session } from '../src/api/answers.ts';
import { send } from './server.ts';

/** Asks for a token, and has the server begin a session for it. */
export function Login({ begun }: { readonly begun: (session: Session) => void }) {
  const [token, setToken] = useState('');
  const [wrong, setWrong] = useState('');
  const submit = (event: Event) => {
    event.preventDefault();
    send<Session>('POST', 'session', JSON.stringify({ token })).then(begun, (error: Error) =>
      setWrong(error.message),
    );
  };
  return (
    <main class="login">
      <h1>rcode5</h1>
      <form onSubmit={submit}>
        <label>
          Token
          <input
            type="password"
            name="token"
            autocomplete="current-password"
            required
            value={token}
            onInput={({ currentTarget }) => setToken(currentTarget.value)}
          />
        </label>
        <button type="submit">Log in</button>
        <p role="alert">{wrong}</p>
      </form>
    </main>
  );
}
