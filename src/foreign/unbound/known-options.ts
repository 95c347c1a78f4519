/** The words of unbound.conf: its clauses and options, and how many values each option has. */

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

/** Of 1.17, as unbound-checkconf takes them. */
const TWO = `
  access-control access-control-tag access-control-view edns-client-string interface-action
  interface-tag interface-view local-zone local-zone-tag ratelimit-below-domain
  ratelimit-for-domain response-ip response-ip-data response-ip-tag tcp-connection-limit
  wait-limit-cookie-netblock wait-limit-netblock
`;

const THREE = `
  access-control-tag-action access-control-tag-data interface-tag-action interface-tag-data
  local-zone-override
`;

const ONE = `
  add-holddown additional-ssl-port additional-tls-port aggressive-nsec allow-notify
  auto-trust-anchor-file backend cache-max-negative-ttl cache-max-ttl cache-min-ttl caps-exempt
  caps-whitelist chroot client-subnet-always-forward client-subnet-zone control-cert-file
  control-enable control-interface control-key-file control-port control-use-cert define-tag
  del-holddown delay-close deny-any directory disable-dnssec-lame-check discard-timeout dlv-anchor
  dlv-anchor-file dns64-ignore-aaaa dns64-prefix dns64-synthall dnscrypt-enable
  dnscrypt-nonce-cache-size dnscrypt-nonce-cache-slabs dnscrypt-port dnscrypt-provider
  dnscrypt-provider-cert dnscrypt-provider-cert-rotated dnscrypt-secret-key
  dnscrypt-shared-secret-cache-size dnscrypt-shared-secret-cache-slabs dnstap-bidirectional
  dnstap-enable dnstap-identity dnstap-ip dnstap-log-client-query-messages
  dnstap-log-client-response-messages dnstap-log-forwarder-query-messages
  dnstap-log-forwarder-response-messages dnstap-log-resolver-query-messages
  dnstap-log-resolver-response-messages dnstap-send-identity dnstap-send-version
  dnstap-socket-path dnstap-tls dnstap-tls-cert-bundle dnstap-tls-client-cert-file
  dnstap-tls-client-key-file dnstap-tls-server-name dnstap-version do-daemonize do-ip4 do-ip6
  do-not-query-address do-not-query-localhost do-tcp do-udp domain-insecure dynlib-file ede
  ede-serve-expired edns-buffer-size edns-client-string-opcode edns-tcp-keepalive
  edns-tcp-keepalive-timeout extended-statistics fallback-enabled fast-server-num
  fast-server-permil for-downstream for-upstream forward-addr forward-first forward-host
  forward-no-cache forward-ssl-upstream forward-tcp-upstream forward-tls-upstream
  harden-algo-downgrade harden-below-nxdomain harden-dnssec-stripped harden-glue
  harden-large-queries harden-referral-path harden-short-bufsize hide-http-user-agent
  hide-identity hide-trustanchor hide-version http-endpoint http-max-streams http-nodelay
  http-notls-downstream http-query-buffer-size http-response-buffer-size http-user-agent
  https-port identity ignore-cd-flag incoming-num-tcp infra-cache-max-rtt infra-cache-min-rtt
  infra-cache-numhosts infra-cache-slabs infra-host-ttl infra-keep-probing insecure-lan-zones
  interface interface-automatic interface-automatic-ports ip-address ip-dscp ip-freebind
  ip-ratelimit ip-ratelimit-backoff ip-ratelimit-factor ip-ratelimit-size ip-ratelimit-slabs
  ip-transparent ipsecmod-allow ipsecmod-enabled ipsecmod-hook ipsecmod-ignore-bogus
  ipsecmod-max-ttl ipsecmod-strict ipsecmod-whitelist iter-scrub-promiscuous jostle-timeout
  keep-missing key-cache-size key-cache-slabs local-data local-data-ptr log-identity
  log-local-actions log-queries log-replies log-servfail log-tag-queryreply log-time-ascii logfile
  master max-client-subnet-ipv4 max-client-subnet-ipv6 max-ecs-tree-size-ipv4
  max-ecs-tree-size-ipv6 max-query-restarts max-reuse-tcp-queries max-sent-count max-udp-size
  min-client-subnet-ipv4 min-client-subnet-ipv6 minimal-responses module-config msg-buffer-size
  msg-cache-size msg-cache-slabs name name-v4 name-v6 neg-cache-size nsid num-queries-per-thread
  num-threads outbound-msg-retry outgoing-interface outgoing-num-tcp outgoing-port-avoid
  outgoing-port-permit outgoing-range outgoing-tcp-mss pad-queries pad-queries-block-size
  pad-responses pad-responses-block-size permit-small-holddown pidfile port prefer-ip4 prefer-ip6
  prefetch prefetch-key primary private-address private-domain proxy-protocol-port python-script
  qname-minimisation qname-minimisation-strict ratelimit ratelimit-backoff ratelimit-factor
  ratelimit-size ratelimit-slabs redis-expire-records redis-server-host redis-server-port
  redis-timeout root-hints root-key-sentinel rpz-action-override rpz-cname-override rpz-log
  rpz-log-name rpz-signal-nxdomain-ra rrset-cache-size rrset-cache-slabs rrset-roundrobin
  secret-seed send-client-subnet serve-expired serve-expired-client-timeout
  serve-expired-reply-ttl serve-expired-ttl serve-expired-ttl-reset serve-original-ttl
  server-cert-file server-key-file shm-enable shm-key so-rcvbuf so-reuseport so-sndbuf
  ssl-cert-bundle ssl-port ssl-service-key ssl-service-pem ssl-upstream statistics-cumulative
  statistics-inhibit-zero statistics-interval stream-wait-size stub-addr stub-first stub-host
  stub-no-cache stub-prime stub-ssl-upstream stub-tcp-upstream stub-tls-upstream tags
  target-fetch-policy tcp-auth-query-timeout tcp-idle-timeout tcp-mss tcp-reuse-timeout
  tcp-upstream tls-additional-port tls-cert-bundle tls-ciphers tls-ciphersuites tls-port
  tls-service-key tls-service-pem tls-session-ticket-keys tls-system-cert tls-upstream tls-use-sni
  tls-win-cert trust-anchor trust-anchor-file trust-anchor-signaling trusted-keys-file udp-connect
  udp-upstream-without-downstream unblock-lan-zones unknown-server-time-limit
  unwanted-reply-threshold url use-caps-for-id use-syslog use-systemd username val-bogus-ttl
  val-clean-additional val-log-level val-max-restart val-nsec3-keysize-iterations
  val-override-date val-permissive-mode val-sig-skew-max val-sig-skew-min verbosity version
  view-first wait-limit wait-limit-netblock zonefile zonemd-check zonemd-permissive-mode
  zonemd-reject-absence
`;

/** Of later versions, up to 1.23. */
const LATER = `
  answer-cookie cachedb-check-when-serve-expired cachedb-no-store cookie-secret cookie-secret-file
  disable-edns-do dns-error-reporting harden-unknown-additional ip-ratelimit-cookie
  iter-scrub-cname iter-scrub-ns log-destaddr log-thread-id max-global-quota quic-port quic-size
  redis-command-timeout redis-connect-timeout redis-logical-db redis-replica-server-host
  redis-replica-server-port redis-server-password redis-server-path sock-queue-timeout
  tls-use-system-policy-versions wait-limit-cookie
`;

const words = (text: string) => text.trim().split(/\s+/);

/** The number of values, by the option's name. */
export const OPTION_VALUES: ReadonlyMap<string, number> = new Map([
  ...words(LATER).map((name) => [name, 1] as const),
  ...words(ONE).map((name) => [name, 1] as const),
  ...words(TWO).map((name) => [name, 2] as const),
  ...words(THREE).map((name) => [name, 3] as const),
]);
