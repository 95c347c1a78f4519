/** The console: files that were built into the package, served from memory. */

import type { OutgoingHttpHeaders } from 'node:http';
import { readProgramFile } from '../program-files.ts';
import { CONSOLE_BUILD, type ConsoleBuild, readBuild } from './console-build.ts';
import type { AdminHandler, AdminReply, Needed } from './http.ts';
import type { Identity } from './identities.ts';
import { sessionOf } from './sessions.ts';

/** Nothing from elsewhere, nothing inline, in nobody's frame. */
const HEADERS: OutgoingHttpHeaders = {
  'content-security-policy':
    "default-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'self'; object-src 'none'",
  'referrer-policy': 'no-referrer',
  'x-frame-options': 'DENY',
};

/** Pages have nothing in them that anybody must not see: what they show is asked for. */
export const CONSOLE_NEEDS: Readonly<Record<string, Needed>> = {
  'GET /': 'nothing',
  'GET /console/{file}': 'nothing',
};

interface ConsoleOptions {
  readonly folder?: URL;
  /** Somebody opens the page, and will ask for decisions. */
  readonly visited?: () => void;
}

export function consoleHandlers({
  folder = CONSOLE_BUILD,
  visited = () => {},
}: ConsoleOptions = {}): Readonly<Record<string, AdminHandler>> {
  let build: ConsoleBuild | string | undefined;
  const serve = (name: string, accepts: string | undefined): AdminReply => {
    build ??= readBuild(folder);
    if (typeof build === 'string') {
      return { status: 503, body: `the console is not here: ${build}\n` };
    }
    const file = build.files.find((one) => one.name === name);
    if (file === undefined) return { status: 404, body: `there is no file ${name}\n` };
    const isPacked = /\bgzip\b/.test(accepts ?? '');
    return {
      status: 200,
      type: file.type,
      headers: {
        ...HEADERS,
        ...(isPacked && { 'content-encoding': 'gzip' }),
        vary: 'accept-encoding',
        // Other content has another name, but for that of the page.
        'cache-control': name === 'index.html' ? 'no-cache' : 'public, max-age=31536000, immutable',
      },
      body: readProgramFile(new URL(isPacked ? `${name}.gz` : name, folder)),
    };
  };
  return {
    'GET /': (_url, _response, request) => {
      const { who } = request;
      visited();
      if (who === undefined) return serve('index.html', request.header('accept-encoding'));
      return withSession(serve('index.html', undefined), who);
    },
    'GET /console/{file}': ({ pathname }, _response, request) =>
      serve(pathname.slice('/console/'.length), request.header('accept-encoding')),
  };
}

/** Where nobody has to log in, the page need not ask who looks at it. */
function withSession(reply: AdminReply, who: Identity): AdminReply {
  const session = JSON.stringify(sessionOf(who)).replaceAll('&', '&amp;').replaceAll('"', '&quot;');
  const place = 'id="console"';
  const body = String(reply.body).replace(place, () => `${place} data-session="${session}"`);
  return { ...reply, headers: { ...reply.headers, 'cache-control': 'no-store' }, body };
}
