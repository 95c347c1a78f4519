/** A forwarder in a namespace, and the two ways in which datagrams are served. */

import type { Program } from '../processes.ts';
import { RCODE5, Site } from '../rcode5.ts';
import type { Outcome, Questions } from './asking.ts';
import type { Member, Namespace } from './world.ts';

export interface Shell {
  readonly shell: string;
  readonly threads: number;
}

export const SHELLS: readonly [Shell, Shell] = [
  { shell: 'the batch shell', threads: 1 },
  { shell: 'the portable shell', threads: 0 },
];

/** A forwarder that runs within a namespace, and its client there. */
export class Forwarder {
  readonly site: Site;
  readonly program: Program;
  readonly #client: Member;
  #port = 0;

  private constructor(site: Site, program: Program, client: Member) {
    this.site = site;
    this.program = program;
    this.#client = client;
  }

  static async start(within: Namespace, client: Member, config: string): Promise<Forwarder> {
    const site = new Site(`cache: { entries: 0 }
decisionLog: { to: decisions.log, record: all }
${config}`);
    const program = within.start(process.execPath, [RCODE5, 'serve', '-c', site.config]);
    const forwarder = new Forwarder(site, program, client);
    const said = await program.says(/admin HTTP on /);
    forwarder.#port = Number(/listening on 127\.0\.0\.1:(\d+)/.exec(said)?.[1]);
    return forwarder;
  }

  ask(questions: Omit<Questions, 'address' | 'port'>): Promise<Outcome[]> {
    return this.#client.do('ask', { address: '127.0.0.1', port: this.#port, ...questions });
  }

  /** Asks until there is an answer. */
  async untilAnswering(): Promise<void> {
    await this.program.until('an answer', async () => {
      const [outcome] = await this.ask({ count: 1, prefix: 'ready', patienceMs: 500 });
      return outcome === 'NOERROR' ? true : undefined;
    });
  }
}
