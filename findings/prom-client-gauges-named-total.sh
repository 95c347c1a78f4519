#!/bin/bash
# prom-client's own metrics fail promtool's check.
#
# Expected: collectDefaultMetrics() of the usual Node.js client gives names that Prometheus's own linter accepts.
# Happens: three of them are gauges named *_total, which is a counter's suffix (Prometheus documentation, "Metric
#   and label naming"): `promtool check metrics` reports them and exits 3, so a check of one's own metrics in CI
#   fails. collectDefaultMetrics() has no option to leave one out; what helps is removeSingleMetric() after it.
# Versions: prom-client 15.1.3 (npm), promtool of prometheus 2.42.0 (Debian 12). Source: measured here.
MODULES=(prom-client@15.1.3)
PACKAGE=prometheus=2.42.0+ds-5+deb12u1

set -euo pipefail
T=$(mktemp -d)
trap 'rm -rf "$T"' EXIT
changed() { echo "CHANGED: $*"; exit 1; }

npm install --silent --no-audit --no-fund --ignore-scripts --cache "$T/cache" --prefix "$T" "${MODULES[@]}" >/dev/null
cd "$T"
echo "packages: ${MODULES[*]}; node $(node -p process.versions.node)"

apt-get -qq update
(cd "$T" && apt-get -qq -o APT::Sandbox::User=root download "$PACKAGE" >/dev/null)
dpkg -x "$T"/prometheus_*.deb "$T/root"
promtool="$T/root/usr/bin/promtool"
"$promtool" --version 2>&1 | sed -n 1p
cat >"$T/run.mjs" <<'JS'
import client from 'prom-client';

client.collectDefaultMetrics();
for (const name of process.argv.slice(2)) client.register.removeSingleMetric(name);
process.stdout.write(await client.register.metrics());
JS
check() {
  local exit=0
  node run.mjs "$@" | "$promtool" check metrics 2>&1 || exit=$?
  echo "exit $exit with $# removed"
}
{ check; check nodejs_active_{handles,requests,resources}_total; } | tee out
diff out - <<'OUT' || changed 'promtool reports something else'
nodejs_active_handles_total non-counter metrics should not have "_total" suffix
nodejs_active_requests_total non-counter metrics should not have "_total" suffix
nodejs_active_resources_total non-counter metrics should not have "_total" suffix
exit 3 with 0 removed
exit 0 with 3 removed
OUT
echo 'as described'
