# The life of the package where nothing else is, and no systemd: one "what: value" a line.
ask() {
  echo "$1: $(/usr/lib/rcode5/node /steps/ask.mjs 5300 "$1.example")"
}
serve() {
  setpriv --reuid=rcode5 --regid=rcode5 --clear-groups --no-new-privs --bounding-set=-all \
    rcode5 serve --share 2>>/steps/served &
  echo $! >/steps/pid
}
refuse() {
  sed -i '/^policies:/d' /etc/rcode5/rcode5.yaml
  echo "policies: [{ name: house, rules: { '$1.example': refuse } }]" >>/etc/rcode5/rcode5.yaml
}
# Until the log has that many processes that listen.
until_said() {
  for _ in $(seq 200); do
    [ "$(grep -c 'listening on' /steps/served)" -lt "$1" ] || return
    sleep 0.1
  done
  echo "not listening: $1"
}
there() {
  for file in "$@"; do
    [ ! -e "$file" ] || echo -n "$file "
  done
}

dpkg -i /steps/1.deb </dev/null >/steps/dpkg 2>&1
echo "installed: $? $(dpkg-query --show --showformat '${Status}' rcode5)"
echo "user: $(getent passwd rcode5 | cut -d: -f5-)"
echo "changed files: $(dpkg --verify rcode5)"
echo "version: $(cd / && rcode5 --version)"
echo "check: $(rcode5 check)"
echo "written to /usr: $(find /usr -newer /steps/dpkg -type f | wc -l)"
echo "manual: $(zcat /usr/share/man/man1/rcode5.1.gz /usr/share/man/man5/rcode5.yaml.5.gz | grep -c '^\.TH')"
for file in bash-completion/completions/rcode5 zsh/vendor-completions/_rcode5 fish/vendor_completions.d/rcode5.fish; do
  [ -s "/usr/share/$file" ] || echo "completion: no $file"
done

refuse first
serve
ask first
refuse second
rcode5 reload >/dev/null
echo "reload: $?"
ask second
old=$(cat /steps/pid)
dpkg -i /steps/2.deb </dev/null >>/steps/dpkg 2>&1
echo "upgraded: $? $(dpkg-query --show --showformat '${Version}' rcode5)"
echo "kept: $(grep -c second.example /etc/rcode5/rcode5.yaml)"
echo "next version: $(rcode5 --version)"
serve
until_said 2
kill "$old"
wait "$old"
echo "old process: $?"
refuse third
rcode5 reload >/dev/null
ask third
kill "$(cat /steps/pid)"
wait "$(cat /steps/pid)"
echo "new process: $?"
echo "threads: $(grep -c 'no data threads' /steps/served)"
echo "records: $(grep -c '"event":"refused"' /var/log/rcode5/decisions.ndjson)"

dpkg -r rcode5 >>/steps/dpkg 2>&1
echo "removed: $?"
echo "left: $(there /usr/bin/rcode5 /usr/lib/rcode5 /etc/rcode5/rcode5.yaml /var/log/rcode5/decisions.ndjson)"
dpkg -P rcode5 >>/steps/dpkg 2>&1
echo "purged: $?"
echo "left after all: $(find / -xdev -path /steps -prune -o -name '*rcode5*' -print | tr '\n' ' ')"
echo "user left: $(getent passwd rcode5 | cut -d: -f1)"
echo done: yes
