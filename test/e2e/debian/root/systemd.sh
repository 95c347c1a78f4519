# The life of the package on a host with systemd: one "what: value" a line.
asked() {
  echo "$1: $(/usr/lib/rcode5/node /steps/ask.mjs 5300 "$1.refused.example")"
}
pid_of() {
  systemctl show --property MainPID --value "$1"
}
state() {
  echo "$(systemctl is-enabled "$1" 2>&1) $(systemctl is-active "$1")"
}
running_version() {
  rcode5 status --json | grep -o '"version": *"[^"]*"' | head -1 | tr -d '" '
}

dpkg -i /steps/1.deb </dev/null >/steps/dpkg 2>&1
echo "installed: $?"
echo "state: $(state rcode5) $(state rcode5-next)"
grep -E '^(Uid|CapEff|NoNewPrivs|Seccomp):' "/proc/$(pid_of rcode5)/status" | tr '\t' ' '
echo "folders: $(stat --format '%U %a' /var/log/rcode5 /var/lib/rcode5 | tr '\n' ' ')"
echo "policies: [{ name: house, rules: { '*.refused.example': refuse } }]" >>/etc/rcode5/rcode5.yaml
systemctl reload rcode5
echo "reload: $?"
asked reloaded

/usr/lib/rcode5/node /steps/load.mjs 5300 1000 >/steps/load &
load=$!
first=$(pid_of rcode5)
dpkg -i /steps/2.deb </dev/null >>/steps/dpkg 2>&1
echo "upgraded: $?"
echo "running: $(running_version)"
echo "another process: $([ "$(pid_of rcode5)" != "$first" ] && echo yes)"
echo "state after: $(state rcode5) $(state rcode5-next)"
kill "$load"
wait "$load"
echo "load: $(cat /steps/load)"
asked later
echo "names with a record: $(grep -o '"qname":"n[0-9]*\.refused\.example\."' /var/log/rcode5/decisions.ndjson | sort -u | wc -l)"

# A configuration that the version in force still has, and the next cannot use.
second=$(pid_of rcode5)
echo 'unknown: key' >>/etc/rcode5/rcode5.yaml
dpkg -i /steps/1.deb </dev/null >/steps/refused 2>&1
echo "unusable: $? $(grep -c 'the old one goes on' /steps/refused)"
echo "same process: $([ "$(pid_of rcode5)" = "$second" ] && echo yes)"
asked still
sed -i '/^unknown/d' /etc/rcode5/rcode5.yaml
systemctl restart rcode5
echo "running then: $(running_version)"

dpkg -r rcode5 >>/steps/dpkg 2>&1
echo "removed: $? $(state rcode5 | tail -1)"
echo "left: $(ls /etc/rcode5 /var/log/rcode5 | tr '\n' ' ')"
echo "processes left: $(grep --files-with-matches "^Uid:.$(id --user rcode5)" /proc/[0-9]*/status | wc -l)"
dpkg -P rcode5 >>/steps/dpkg 2>&1
echo "purged: $?"
echo "left after all: $(find / -xdev -path /steps -prune -o -name '*rcode5*' -print | tr '\n' ' ')"
echo done: yes
