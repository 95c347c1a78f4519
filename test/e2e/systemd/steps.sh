#!/bin/bash
# What an operator does with the units, and what comes of it: one "what: value" a line.
exec >/steps/said 2>&1
echo booted: yes
ready() {
  for _ in $(seq 100); do
    curl --silent --fail "http://127.0.0.1:$1/readyz" >/dev/null && return
    sleep 0.1
  done
  echo "not ready: $1"
}
asked() {
  echo "$1: $(dig @127.0.0.77 +tries=1 +time=3 "$1.refused.example" | grep -o 'status: [A-Z]*')"
}

# It returns when the service has said that it is ready: nothing has to be waited for.
systemctl start rcode5
asked started
echo "status: $(systemctl show --property StatusText --value rcode5)"
pid=$(systemctl show --property MainPID --value rcode5)
grep -E '^(Uid|CapEff|CapBnd|NoNewPrivs|Seccomp):' "/proc/$pid/status"
echo "writes to /etc: $(touch "/proc/$pid/root/etc/x" 2>&1)"
systemctl reload rcode5
asked reloaded

# Both have the address of the admin HTTP.
systemctl start rcode5-next
asked next
systemctl restart rcode5
asked restarted
systemctl stop rcode5-next
asked alone
echo "queries: $(curl --silent http://127.0.0.1:8053/metrics | grep -c '^rcode5_queries_total{transport="udp"} [1-9]')"
systemctl stop rcode5
for unit in rcode5 rcode5-next; do
  echo "$unit: $(systemctl show --property Result --value $unit)"
done
echo "records: $(grep -c '"event":"refused"' /var/log/rcode5/decisions.ndjson)"
echo "log: $(stat --format '%U %a' /var/log/rcode5/decisions.ndjson)"
# A process that hangs is noticed, and another one serves.
mkdir -p /run/systemd/system/rcode5.service.d
printf '[Service]\nWatchdogSec=2s\nTimeoutAbortSec=1s\n' >/run/systemd/system/rcode5.service.d/soon.conf
systemctl daemon-reload
systemctl start rcode5
hung=$(systemctl show --property MainPID --value rcode5)
kill -STOP "$hung"
for _ in $(seq 100); do
  [[ ! -d /proc/$hung ]] && break
  sleep 0.1
done
ready 8053
asked watched
echo "restarts: $(systemctl show --property NRestarts --value rcode5)"
systemctl stop rcode5
echo done: yes
