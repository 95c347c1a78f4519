/** The console: pages of the admin HTTP, for people who ask who is refused, and by what. */

import './main.css';
import './charts.css';
import './tables.css';
import { type ComponentType, render } from 'preact';
import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks';
import type { DecisionsPage, Session } from '../src/admin/api/answers.ts';
import { filterOf } from './decision-filter.tsx';
import { firstPageOf } from './found-decisions.ts';
import { linkTo, readLocation, useLocation } from './location.ts';
import { Login } from './login.tsx';
import { Decisions } from './pages/decisions.tsx';
import { Explain } from './pages/explain.tsx';
import { Fleet } from './pages/fleet.tsx';
import { Policy } from './pages/policy.tsx';
import { Upstreams } from './pages/upstreams.tsx';
import { get, getEarly, onLoggedOut, send } from './server.ts';

export interface PageProps {
  readonly parameters: Readonly<Record<string, string>>;
  readonly session: Session;
}

/** A part of the same file that runs when it is first shown: what draws charts takes long to begin. */
async function importOverview(): Promise<ComponentType<PageProps>> {
  return (await import('./pages/overview.tsx')).Overview;
}

function later(load: () => Promise<ComponentType<PageProps>>): ComponentType<PageProps> {
  return (props) => {
    const [loaded, setLoaded] = useState<{ readonly Page: ComponentType<PageProps> }>();
    useLayoutEffect(() => void load().then((Page) => setLoaded({ Page })), []);
    return loaded === undefined ? null : <loaded.Page {...props} />;
  };
}

/** In the order of the navigation. */
const PAGES: Readonly<Record<string, { title: string; page: ComponentType<PageProps> }>> = {
  decisions: { title: 'Decisions', page: Decisions },
  overview: { title: 'Overview', page: later(importOverview) },
  explain: { title: 'Explain', page: Explain },
  policy: { title: 'Policy', page: Policy },
  upstreams: { title: 'Upstreams', page: Upstreams },
  fleet: { title: 'Fleet', page: Fleet },
};

interface ConsoleProps {
  /** What was asked before there was anything to see. */
  readonly asked: Promise<Session>;
}

function Console({ asked }: ConsoleProps) {
  const [session, setSession] = useState<Session>();
  const [hasEnded, setEnded] = useState(false);
  const [failure, setFailure] = useState('');
  const look = (from: Promise<Session>) => {
    from.then(setSession, (error: Error) => setFailure(error.message));
  };
  useLayoutEffect(() => {
    onLoggedOut(() => {
      setEnded(true);
      setSession({ login: true });
    });
    look(asked);
  }, []);
  if (session === undefined) {
    return (
      <main>
        <p role="status">{failure || 'Asking the server…'}</p>
        {failure !== '' && (
          <button type="button" onClick={() => look(get<Session>('session'))}>
            Try again
          </button>
        )}
      </main>
    );
  }
  if (session.login) return <Login hasEnded={hasEnded} begun={setSession} />;
  const end = () => {
    setEnded(false);
    void send<Session>('DELETE', 'session').then(setSession);
  };
  return <Pages session={session} end={end} />;
}

function Pages({ session, end }: { readonly session: Session; readonly end: () => void }) {
  const { page, parameters } = useLocation();
  const main = useRef<HTMLElement>(null);
  const first = useRef(true);
  const shown = PAGES[page];
  useEffect(() => {
    document.title = `${shown?.title ?? page} · rcode5`;
    // Another page begins at its beginning, also for those who hear it.
    if (!first.current) main.current?.focus();
    first.current = false;
  }, [page]);
  return (
    <>
      <header>
        <span class="brand">rcode5</span>
        <nav aria-label="Pages">
          {Object.entries(PAGES).map(([name, { title }]) => (
            <a href={linkTo(name)} aria-current={name === page ? 'page' : undefined}>
              {title}
            </a>
          ))}
        </nav>
        {session.name !== 'loopback' && (
          <p>
            {session.name} <small>may {session.may}</small>{' '}
            <button type="button" onClick={end}>
              Log out
            </button>
          </p>
        )}
      </header>
      <main ref={main} tabIndex={-1}>
        <h1>{shown?.title ?? 'No such page'}</h1>
        {shown === undefined ? (
          <p>There is no page {page}: take one of those above.</p>
        ) : (
          <shown.page parameters={parameters} session={session} />
        )}
      </main>
    </>
  );
}

/** Milliseconds after which a page says what it waits for. */
const SILENT_MS = 300;

/** The session stands in the page when the server knows it without being asked. */
const root = document.getElementById('console')!;
const known = root.dataset['session'];
const asked =
  known === undefined ? get<Session>('session') : Promise.resolve(JSON.parse(known) as Session);

/** Whoever must log in first would be refused. */
function askEarly(): Promise<unknown> {
  const { page, parameters } = readLocation();
  if (known === undefined || page !== 'decisions') return asked;
  return getEarly<DecisionsPage>('decisions', firstPageOf(filterOf(parameters)));
}

// A first picture takes a browser longer than the server an answer: it comes when there is more to see.
const show = () => render(<Console asked={asked} />, root);
const waiting = setTimeout(show, SILENT_MS);
askEarly()
  .catch(() => {})
  .then(() => {
    clearTimeout(waiting);
    show();
  });
