/** `diagnose`: which server refuses a question, and why, found out by asking. */

import { parseArgs } from 'node:util';
import { type Finding, findingsOf, mainFinding } from '../diagnose/findings.ts';
import type { Target } from '../diagnose/plan.ts';
import { findRoutes } from '../diagnose/routes.ts';
import type { Visit } from '../diagnose/situation.ts';
import { visitAll } from '../diagnose/visit.ts';
import { parseAddress } from '../net/address.ts';
import { formatName, parseName } from '../wire/name.ts';
import { formatType, parseType, RrType } from '../wire/registry.ts';
import { type Command, Exit, UsageError } from './command.ts';
import { type ConfiguredFinding, withConfigured } from './diagnose-configured.ts';
import { formatFinding, formatVisit } from './diagnose-text.ts';
import { readNameOperand } from './name-operand.ts';
import { JSON_OPTION, type Options } from './options.ts';
import { FROM_OPTION, formatLeft, readPolicy } from './policy-source.ts';
import { readAskedServers, readAuthorities, readTimeout } from './server-words.ts';

const OPTIONS = {
  server: {
    type: 'string',
    multiple: true,
    default: [] as string[],
    value: 'IP[:PORT]',
    isRequired: true,
    about: 'a server to query, or tls://IP#NAME, https://NAME/dns-query; repeatable',
  },
  source: {
    type: 'string',
    multiple: true,
    default: [] as string[],
    value: 'IP',
    about: 'an address of this host to send from; repeatable',
  },
  type: { type: 'string', value: 'A', default: 'A', about: 'the query type' },
  ca: {
    type: 'string',
    value: 'FILE',
    about: 'for tls:// and https://: PEM file of the authorities',
  },
  timeout: { type: 'string', value: '2s', default: '2s', about: 'how long an answer may take' },
  config: {
    type: 'string',
    value: 'FILE',
    about:
      "the server's own configuration, of rcode5 or another program: the line that decides is shown",
  },
  from: FROM_OPTION,
  burst: {
    type: 'boolean',
    default: false,
    about: 'sends many queries at once, to find a rate limit',
  },
  json: JSON_OPTION,
} as const satisfies Options;

export const diagnose: Command = {
  name: 'diagnose',
  operands: 'NAME',
  options: OPTIONS,
  about: 'queries servers in several ways, and reports which one refuses, and why',
  async run(args) {
    const { values, positionals } = parseArgs({
      args: [...args],
      allowPositionals: true,
      options: OPTIONS,
    });
    const target = readTarget(positionals, values.type, values.burst);
    const read = values.server.map((text) => readAskedServers(text, '--server '));
    const servers = (await Promise.all(read)).flat();
    const ca = values.ca === undefined ? undefined : readAuthorities(values.ca);
    if (servers.length === 0)
      throw new UsageError('--server is missing; expect the address of a DNS server at least');
    const sources = values.source.map(readSource);
    const routes = await findRoutes(servers, sources, readTimeout(values.timeout), ca);
    if (typeof routes === 'string') throw new UsageError(routes);
    const source = values.config === undefined ? undefined : readPolicy(values.config, values.from);
    const visits = await visitAll(target, routes);
    const found = findingsOf(visits);
    const main = mainFinding(found, visits);
    const findings =
      source === undefined
        ? found
        : withConfigured(found, { visits, target, policy: source.policy });
    process.stdout.write(
      values.json
        ? `${JSON.stringify(report(target, visits, findings, main))}\n`
        : format(target, visits, findings),
    );
    for (const one of (source?.left ?? []).filter(
      ({ decides, isExplained }) => decides && isExplained !== true,
    )) {
      process.stderr.write(`${formatLeft(one)}\n`);
    }
    return main.verdict === 'no-refusal' ? Exit.OK : Exit.NEGATIVE;
  },
};

function readTarget(positionals: readonly string[], typeText: string, burst: boolean): Target {
  const [text, ...rest] = positionals;
  if (text === undefined || rest.length > 0)
    throw new UsageError('expect one NAME, like www.example.com');
  const name = parseName(readNameOperand(text));
  if (typeof name === 'string') {
    throw new UsageError(`"${text}" has ${name}; expect a name like www.example.com`);
  }
  const type = parseType(typeText);
  if (type === undefined || type === RrType.OPT || type === 0) {
    throw new UsageError(`--type ${typeText}: expect a type like A, ANY, AXFR or TYPE65280`);
  }
  return { name, type, burst };
}

function readSource(text: string): string {
  if (parseAddress(text) === undefined) {
    throw new UsageError(`--source ${text}: expect an address of this host, like 192.0.2.1`);
  }
  return text;
}

function report(
  { name, type }: Target,
  visits: readonly Visit[],
  findings: readonly ConfiguredFinding[],
  { server, source, verdict, scope, confidence, summary, evidence, next }: Finding,
): object {
  const main = { server, source, verdict, scope, confidence, summary, evidence, next };
  const configured = findings.find((finding) => finding.server === server)?.configured;
  return {
    name: formatName(name),
    type: formatType(type),
    ...main,
    ...(configured !== undefined && { configured }),
    findings,
    probes: visits.flat(),
  };
}

function format(
  { name, type }: Target,
  visits: readonly Visit[],
  findings: readonly ConfiguredFinding[],
): string {
  const parts = [...visits.map(formatVisit), ...findings.map(formatFinding)];
  return `${formatName(name)} ${formatType(type)}\n\n${parts.join('\n')}`;
}
