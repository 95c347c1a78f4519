/** The console: pages of the admin HTTP, for people who ask who is refused, and by what. */

import './main.css';
import { type ComponentType, render } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import type { Session } from '../src/api/answers.ts';
import { linkTo, useLocation } from './location.ts';
import { Login } from './login.tsx';
import { Decisions } from './pages/decisions.tsx';
import { get, onLoggedOut, send } from './server.ts';

export interface PageProps {
  readonly parameters: Readonly<Record<string, string>>;
  readonly session: Session;
}

/** In the order of the navigation. */
const PAGES: Readonly<Record<string, { title: string; page: ComponentType<PageProps> }>> = {
  decisions: { title: 'Decisions', page: Decisions },
};

function Console() {
  const [session, setSession] = useState<Session>();
  const [failure, setFailure] = useState('');
  const { page, parameters } = useLocation();
  const look = () =>
    get<Session>('session').then(setSession, (error: Error) => setFailure(error.message));
  useEffect(() => {
    onLoggedOut(() => setSession({ login: true }));
    void look();
  }, []);
  if (session === undefined) return <p role="status">{failure}</p>;
  if (session.login) return <Login begun={setSession} />;
  const shown = PAGES[page];
  const end = () => void send<Session>('DELETE', 'session').then(setSession);
  return (
    <>
      <header>
        <nav aria-label="Pages">
          {Object.entries(PAGES).map(([name, { title }]) => (
            <a href={linkTo(name)} aria-current={name === page ? 'page' : undefined}>
              {title}
            </a>
          ))}
        </nav>
        {session.name !== 'loopback' && (
          <p>
            {session.name}
            <button type="button" onClick={end}>
              Log out
            </button>
          </p>
        )}
      </header>
      <main>
        {shown === undefined ? (
          <p>There is no page {page}.</p>
        ) : (
          <shown.page parameters={parameters} session={session} />
        )}
      </main>
    </>
  );
}

render(<Console />, document.getElementById('console')!);
