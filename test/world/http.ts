/** HTTP requests with whatever headers and targets, as a browser or somebody else would send. */

import { request } from 'node:http';
import { text } from 'node:stream/consumers';

export interface HttpReply {
  readonly status: number;
  readonly type: string | undefined;
  readonly body: string;
}

export interface HttpRequest {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

/** Sends a request to a server; `target` goes out as it is. */
export function ask(
  { address, port }: { readonly address: string; readonly port: number },
  target: string,
  { method = 'GET', headers = {}, body }: HttpRequest = {},
): Promise<HttpReply> {
  return new Promise((resolve, reject) => {
    const sent = request({ host: address, port, path: target, method, headers, agent: false });
    sent.on('error', reject);
    sent.on('response', async (response) => {
      const { statusCode, headers: received } = response;
      const body = await text(response).catch(() => '');
      resolve({ status: statusCode ?? 0, type: received['content-type'], body });
    });
    sent.end(body);
  });
}
