/** The page that is shown and its parameters stand in the fragment: a URL that can be sent on. */

import { useEffect, useState } from 'preact/hooks';

export interface Location {
  readonly page: string;
  readonly parameters: Readonly<Record<string, string>>;
}

/** `#/decisions?client=10.0.0.1` */
export function readLocation(hash: string = location.hash): Location {
  const [path = '', query = ''] = hash.replace(/^#\/?/, '').split('?');
  return { page: path || 'decisions', parameters: Object.fromEntries(new URLSearchParams(query)) };
}

export function linkTo(page: string, parameters: Readonly<Record<string, string>> = {}): string {
  const filled = Object.entries(parameters).filter(([, value]) => value !== '');
  const query = new URLSearchParams(filled).toString();
  return query === '' ? `#/${page}` : `#/${page}?${query}`;
}

/** Shows another page, or the same with other parameters. */
export function go(page: string, parameters: Readonly<Record<string, string>> = {}): void {
  location.hash = linkTo(page, parameters);
}

export function useLocation(): Location {
  const [at, setAt] = useState(readLocation);
  useEffect(() => {
    const look = () => setAt(readLocation());
    addEventListener('hashchange', look);
    return () => removeEventListener('hashchange', look);
  }, []);
  return at;
}
