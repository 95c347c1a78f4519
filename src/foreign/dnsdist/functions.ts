/** Functions of dnsdist that decide nothing about a query, and those that do and are not modelled. */

/** What they make is used elsewhere, or they are about how the server works. */
const HARMLESS: readonly RegExp[] = [
  /^new(?:NMG|SuffixMatchNode|DNSName|DNSNameSet|PacketCache|CA|RuleAction|RemoteLogger|FrameStream)/,
  /^(?:[A-Z]\w*|newRule|newRegex)(?:Rule|Action)$/,
  /^(?:show|dump|print|info|warn|err|verbose|get|grep|make|generate|test|debug)[A-Z]?\w*$/,
  /^set(?:Max|TCP|UDP|Ring|Security|Verbose|Key|Local$|ConsoleACL|Console|Webserver|API|Stale|Cache)/,
  /^set(?:Udp|Syslog|Timeout|Default|Outgoing|Weighted|Consistent|Round|Tag|WHash|Query|Rings)/,
  /^set(?:ServerPolicy|PoolServerPolicy|DoH|AllowEmpty|AddEDNS|PayloadSize|ECS|LogLevel|RoundRobin)/,
  /^(?:controlSocket|webserver|carbonServer|snmpAgent|addConsoleACL|registerDynBPFFilter)/,
  /^(?:includeDirectory|loadTLSEngine|hashPassword|reloadAllCertificates|addCapabilities|addBPF)/,
  /^(?:leastOutstanding|roundrobin|wrandom|whashed|chashed|firstAvailable)$/,
];

const LEFT: Readonly<Record<string, string>> = {
  getServer: 'a server by its number: what is done to it is not seen',
  setACLFromFile: 'who may ask, from a file: write its masks in acl.query',
  addTLSLocal: 'a listener with TLS: set tls',
  addDOHLocal: 'a listener with HTTPS: set https',
  addDNSCryptBind: 'a listener with DNSCrypt: there is none here',
  addResponseAction: 'what becomes of answers: write a policy for them',
  addSelfAnsweredResponseAction: 'what becomes of answers that it makes itself',
  addCacheHitResponseAction: 'what becomes of answers of its cache',
  setDynBlocksAction: 'what becomes of clients that it blocks for a while: set rateLimit',
  addDynBlocks: 'clients that it blocks for a while: set rateLimit',
  addDynBlockSMT: 'names that it blocks for a while: write a policy',
  dynBlockRulesGroup: 'clients that it blocks for a while: set rateLimit',
  addBypassRules: 'rules that it makes while it runs',
};

/** What is left of a call; undefined when nothing is. */
export function leftOf(name: string): string | undefined {
  const known = LEFT[name];
  if (known !== undefined) return known;
  if (HARMLESS.some((pattern) => pattern.test(name))) return undefined;
  return 'a function that is not modelled: what it decides is not seen here';
}

/** Listeners by other transports do not decide about a query. */
export function decides(name: string): boolean {
  return !['addTLSLocal', 'addDOHLocal', 'addDNSCryptBind'].includes(name);
}
