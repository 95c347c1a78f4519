/** The words of unbound.conf 1.17: its clauses and options, and how many values each option has. */

export const CLAUSES: ReadonlySet<string> = new Set([
  'server',
  'view',
  'stub-zone',
  'forward-zone',
  'auth-zone',
  'rpz',
  'remote-control',
  'python',
  'dynlib',
  'dnscrypt',
  'dnstap',
  'cachedb',
  'ipset',
]);

const TWO = `
  access-control access-control-tag access-control-view interface-action interface-tag
  interface-view local-zone local-zone-tag response-ip response-ip-tag response-ip-data
  ratelimit-for-domain ratelimit-below-domain edns-client-string interface-view wait-limit-
  netblock wait-limit-cookie-netblock
`;

const THREE = `
  access-control-tag-action access-control-tag-data interface-tag-action interface-tag-data
  local-zone-override
`;

const OPTIONS = `
  access- access-control access-control-tag access-control-tag-action access-control-tag-data
  add-holddown additional-ssl-port additional-tls-port aggressive-nsec allow-notify
  answer-cookie auto-trust-anchor-file backend below-nxdomain cache-max-negative-ttl
  cache-max-ttl cache-min- cache-slabs caps-exempt caps-whitelist cert-file chroot client-subnet
  client-subnet-always-forward client-subnet-zone connection-limit control- control-enable
  control-interface control-key-file control-port control-use-cert control-view cookie-secret
  data-ptr define-tag del-holddown delay-close deny-any directory disable-dnssec-lame-check
  discard-timeout dlv-anchor dlv-anchor-file dns64-ignore-aaaa dns64-prefix dns64-synthall
  dnscrypt- dnscrypt-enable dnscrypt-nonce-cache-size dnscrypt-nonce-cache-slabs dnscrypt-port
  dnscrypt-provider-cert dnscrypt-provider-cert-rotated dnscrypt-secret-key
  dnscrypt-shared-secret-cache-slabs dnstap- dnstap-bidirectional dnstap-enable dnstap-identity
  dnstap-ip dnstap-log- dnstap-log-client-query-messages dnstap-log-client-response-messages
  dnstap-log-forwarder-query-messages dnstap-log-forwarder-response-messages
  dnstap-log-resolver-response-messages dnstap-send-identity dnstap-socket-path dnstap-tls
  dnstap-tls-cert-bundle dnstap-tls-client-cert-file dnstap-tls-client-key-file
  dnstap-tls-server-name dnstap-version do-daemonize do-ip4 do-ip6 do-not-query-address
  do-not-query-localhost do-tcp do-udp domain-insecure downstream dynlib-file ede ede-
  edns-buffer-size edns-client-string edns-client-string-opcode edns-tcp-keepalive
  edns-tcp-keepalive-timeout enable endpoint expired-ttl extended-statistics fallback-enabled
  fast-server- fast-server-num for-downstream for-id for-upstream forward-addr forward-first
  forward-host forward-no-cache forward-ssl-upstream forward-tcp-upstream forward-tls-upstream
  harden- harden-algo-downgrade harden-dnssec-stripped harden-glue harden-large-queries
  harden-referral-path harden-short-bufsize hide-http-user-agent hide-identity hide-trustanchor
  hide-version http- http-max-streams http-nodelay http-notls-downstream http-query-buffer-size
  http-user-agent https-port identity ignore-cd-flag incoming-num-tcp infra-cache-max-rtt
  infra-cache-min-rtt infra-cache-numhosts infra-cache-slabs infra-host-ttl infra-keep-probing
  insecure-lan-zones interface interface-action interface-automatic interface-automatic-ports
  interface-tag interface-tag-action interface-tag-data interface-view ip- ip-address ip-dscp
  ip-freebind ip-ratelimit ip-ratelimit-backoff ip-ratelimit-factor ip-ratelimit-slabs
  ip-transparent ipsecmod-allow ipsecmod-enabled ipsecmod-hook ipsecmod-ignore-bogus
  ipsecmod-max-ttl ipsecmod-strict ipsecmod-whitelist ipset-name iter- jostle-timeout
  keep-missing key-cache-size key-cache-slabs local- local-data local-data-ptr local-zone
  local-zone-override local-zone-tag log- log-identity log-local-actions log-replies
  log-servfail log-tag-queryreply log-time-ascii logfile master master-url max
  max-client-subnet-ipv4 max-client-subnet-ipv6 max-ecs-tree-size-ipv4 max-ecs-tree-size-ipv6
  max-query-restarts max-restart max-reuse-tcp-queries max-sent-count max-udp-size
  min-client-subnet-ipv4 min-client-subnet-ipv6 minimal-responses minimisation module-config
  msg- msg-buffer-size msg-cache-size name name-v4 name-v6 neg-cache-size nsid
  num-queries-per-thread num-threads outbound-msg-retry outgoing-interface outgoing-num-tcp
  outgoing-port- outgoing-port-avoid outgoing-range outgoing-tcp-mss pad- pad-queries
  pad-queries-block-size pad-responses permil permit permit-small-holddown pidfile port
  prefer-ip4 prefer-ip6 prefetch prefetch-key primary private-address private-domain provider
  proxy-protocol-port python-script qname- qname-minimisation-strict queries ratelimit
  ratelimit-backoff ratelimit-below-domain ratelimit-factor ratelimit-for-domain ratelimit-size
  ratelimit-slabs redis-expire-records redis-server-host redis-server-port redis-timeout
  resolver-query-messages response-buffer-size response-ip response-ip-data response-ip-tag
  responses-block-size root-hints root-key-sentinel rpz- rpz-action-override rpz-cname-override
  rpz-log rpz-log-name rrset-cache-size rrset-cache-slabs rrset-roundrobin scrub-promiscuous
  secret-seed send- send-version serve- serve-expired serve-expired-client-timeout
  serve-expired-reply-ttl serve-expired-ttl-reset serve-original-ttl server-cert-file
  server-key-file service-pem shared-secret-cache-size shm- shm-key signal-nxdomain-ra so-rcvbuf
  so-reuseport so-sndbuf ssl- ssl-cert-bundle ssl-port ssl-service-key ssl-upstream
  statistics-cumulative statistics-inhibit-zero statistics-interval stream-wait-size stub-addr
  stub-first stub-host stub-no-cache stub-prime stub-ssl-upstream stub-tcp-upstream
  stub-tls-upstream tags target-fetch-policy tcp- tcp-auth-query-timeout tcp-idle-timeout
  tcp-mss tcp-reuse-timeout tcp-upstream tls-additional-port tls-cert tls-cert-bundle
  tls-ciphers tls-ciphersuites tls-port tls-service-key tls-service-pem tls-session-ticket-keys
  tls-system-cert tls-upstream tls-use-sni tls-win-cert trust-anchor trust-anchor-file
  trust-anchor-signaling trusted-keys-file ttl udp-connect udp-upstream-without-
  unblock-lan-zones unknown-server-time-limit unwanted-reply-threshold url use-caps- use-syslog
  use-systemd username val- val-bogus-ttl val-clean-additional val-log-level
  val-nsec3-keysize-iterations val-override-date val-permissive-mode val-sig-skew-
  val-sig-skew-min verbosity version view-first wait-limit wait-limit-netblock zonefile
  zonemd-check zonemd-permissive-mode zonemd-reject-absence
`;

const words = (text: string) => text.trim().split(/\s+/);

/** The number of values, by the option's name. */
export const OPTION_VALUES: ReadonlyMap<string, number> = new Map([
  ...words(OPTIONS).map((name) => [name, 1] as const),
  ...words(TWO).map((name) => [name, 2] as const),
  ...words(THREE).map((name) => [name, 3] as const),
]);
