/** The statements of named.conf that BIND 9.18 knows, by where they stand: any other is an error. */

/** In options and in views. */
const IN_OPTIONS_AND_VIEWS = `
allow-new-zones allow-notify allow-query allow-query-cache allow-query-cache-on
allow-query-on allow-recursion allow-recursion-on allow-transfer allow-update
allow-update-forwarding also-notify alt-transfer-source alt-transfer-source-v6
attach-cache auth-nxdomain auto-dnssec catalog-zones check-dup-records check-integrity
check-mx check-mx-cname check-names check-sibling check-spf check-srv-cname
check-wildcard clients-per-query deny-answer-addresses deny-answer-aliases dialup
disable-algorithms disable-ds-digests disable-empty-zone dns64 dns64-contact
dns64-server dnskey-sig-validity dnsrps-enable dnsrps-options dnssec-accept-expired
dnssec-dnskey-kskonly dnssec-loadkeys-interval dnssec-must-be-secure dnssec-policy
dnssec-secure-to-insecure dnssec-update-mode dnssec-validation dnstap dual-stack-servers
edns-udp-size empty-contact empty-server empty-zones-enable fetch-quota-params
fetches-per-server fetches-per-zone forward forwarders glue-cache ipv4only-contact
ipv4only-enable ipv4only-server ixfr-from-differences key-directory lame-ttl
lmdb-mapsize masterfile-format masterfile-style max-cache-size max-cache-ttl
max-clients-per-query max-ixfr-ratio max-journal-size max-ncache-ttl max-query-count
max-query-restarts max-records max-records-per-type max-recursion-depth
max-recursion-queries max-refresh-time max-retry-time max-stale-ttl max-transfer-idle-in
max-transfer-idle-out max-transfer-time-in max-transfer-time-out max-types-per-name
max-udp-size max-zone-ttl message-compression min-cache-ttl min-ncache-ttl
min-refresh-time min-retry-time minimal-any minimal-responses multi-master
new-zones-directory no-case-compress nocookie-udp-size notify notify-delay notify-source
notify-source-v6 notify-to-soa nsec3-test-zone nta-lifetime nta-recheck
nxdomain-redirect parental-source parental-source-v6 preferred-glue prefetch
provide-ixfr qname-minimization query-source query-source-v6 rate-limit recursion
request-expire request-ixfr request-nsid require-server-cookie resolver-nonbackoff-tries
resolver-query-timeout resolver-retry-interval response-padding response-policy
root-delegation-only root-key-sentinel rrset-order send-cookie serial-update-method
servfail-ttl sig-signing-nodes sig-signing-signatures sig-signing-type
sig-validity-interval sortlist stale-answer-client-timeout stale-answer-enable
stale-answer-ttl stale-cache-enable stale-refresh-time suppress-initial-notify
synth-from-dnssec transfer-format transfer-source transfer-source-v6
trust-anchor-telemetry try-tcp-refresh update-check-ksk use-alt-transfer-source v6-bias
validate-except zero-no-soa-ttl zero-no-soa-ttl-cache zone-statistics`;
/** In options alone. */
const IN_OPTIONS = `
answer-cookie automatic-interface-scan avoid-v4-udp-ports avoid-v6-udp-ports
bindkeys-file blackhole cookie-algorithm cookie-secret coresize datasize directory
dnstap-identity dnstap-output dnstap-version dscp dump-file files
flush-zones-on-shutdown fstrm-set-buffer-hint fstrm-set-flush-timeout
fstrm-set-input-queue-size fstrm-set-output-notify-threshold
fstrm-set-output-queue-model fstrm-set-output-queue-size fstrm-set-reopen-interval
geoip-directory heartbeat-interval hostname http-listener-clients http-port
http-streams-per-connection https-port interface-interval keep-response-order listen-on
listen-on-v6 lock-file managed-keys-directory match-mapped-addresses
max-rsa-exponent-size memstatistics memstatistics-file notify-rate pid-file port
querylog random-device recursing-file recursive-clients reserved-sockets reuseport
secroots-file serial-query-rate server-id session-keyalg session-keyfile session-keyname
stacksize startup-notify-rate statistics-file tcp-advertised-timeout tcp-clients
tcp-idle-timeout tcp-initial-timeout tcp-keepalive-timeout tcp-listen-queue
tcp-receive-buffer tcp-send-buffer tkey-dhkey tkey-domain tkey-gssapi-credential
tkey-gssapi-keytab tls-port transfer-message-size transfers-in transfers-out
transfers-per-ns udp-receive-buffer udp-send-buffer update-quota use-v4-udp-ports
use-v6-udp-ports version`;
/** In views alone. */
const IN_VIEWS = `
dlz dyndb key managed-keys match-clients match-destinations match-recursive-only plugin
server trust-anchors trusted-keys zone`;
/** In zones of any type. */
const IN_ZONES = `
allow-notify allow-query allow-query-on allow-transfer allow-update
allow-update-forwarding also-notify alt-transfer-source alt-transfer-source-v6
auto-dnssec check-dup-records check-integrity check-mx check-mx-cname check-names
check-sibling check-spf check-srv-cname check-wildcard database delegation-only dialup
dlz dnskey-sig-validity dnssec-dnskey-kskonly dnssec-loadkeys-interval dnssec-policy
dnssec-secure-to-insecure dnssec-update-mode file forward forwarders in-view
inline-signing ixfr-from-differences journal key-directory masterfile-format
masterfile-style masters max-ixfr-ratio max-journal-size max-records
max-records-per-type max-refresh-time max-retry-time max-transfer-idle-in
max-transfer-idle-out max-transfer-time-in max-transfer-time-out max-types-per-name
max-zone-ttl min-refresh-time min-retry-time multi-master notify notify-delay
notify-source notify-source-v6 notify-to-soa nsec3-test-zone parental-agents
parental-source parental-source-v6 primaries request-expire request-ixfr
serial-update-method server-addresses server-names sig-signing-nodes
sig-signing-signatures sig-signing-type sig-validity-interval transfer-source
transfer-source-v6 try-tcp-refresh type update-check-ksk update-policy
use-alt-transfer-source zero-no-soa-ttl zone-statistics`;
/** Outside of all braces. */
const AT_THE_TOP = `
acl controls dlz dnssec-policy dyndb http include key logging lwres managed-keys masters
options parental-agents plugin primaries server statistics-channels tls trust-anchors
trusted-keys view zone`;

function wordsOf(...texts: readonly string[]): ReadonlySet<string> {
  return new Set(texts.flatMap((text) => text.trim().split(/\s+/)));
}

/** By the kind of list that they stand in. */
export const KNOWN = {
  top: wordsOf(AT_THE_TOP),
  options: wordsOf(IN_OPTIONS_AND_VIEWS, IN_OPTIONS),
  view: wordsOf(IN_OPTIONS_AND_VIEWS, IN_VIEWS),
  zone: wordsOf(IN_ZONES),
} as const;

/** Statements that may stand several times in one list. */
export const REPEATED: ReadonlySet<string> = wordsOf(
  'zone acl key server listen-on listen-on-v6 disable-empty-zone disable-algorithms',
  'disable-ds-digests dns64 rrset-order check-names dnssec-must-be-secure view include',
  'primaries masters parental-agents trusted-keys managed-keys trust-anchors logging controls',
  'statistics-channels tls http dnssec-policy dlz dyndb plugin inet unix',
);
