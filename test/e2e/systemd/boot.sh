#!/bin/bash
# Boots systemd beside the one of this host: in namespaces of its own, on a copy of the root that
# takes what is written. What runs in it is steps.sh; what that prints is $FOLDER/said.
#
# boot.sh FOLDER DIST NODE, started by enter.sh
set -e
folder=$1 dist=$2 node=$3
deploy=$PWD/config/deploy/systemd
modules=$PWD/node_modules

mount --make-rprivate /
mkdir "$folder/layers"
mount -t tmpfs tmpfs "$folder/layers"
mkdir "$folder/layers/"{upper,work,root}
root=$folder/layers/root
mount -t overlay overlay -o "lowerdir=/,upperdir=$folder/layers/upper,workdir=$folder/layers/work" "$root"
mount -t proc proc "$root/proc"
mount --rbind /dev "$root/dev"
# A new one, without control groups: those that systemd mounts itself begin at our own.
mount -t sysfs sysfs "$root/sys"
mount -t tmpfs tmpfs "$root/run"

mkdir -p "$root/opt/rcode5/"{dist,node_modules} "$root/etc/rcode5" "$root/steps"
mount --bind "$dist" "$root/opt/rcode5/dist"
mount --bind "$modules" "$root/opt/rcode5/node_modules"
mount --bind "$folder" "$root/steps"
cp package.json "$root/opt/rcode5/"
rm -f "$root/usr/bin/node"
cp "$node" "$root/usr/bin/node"

# As docs/deployment.md has it.
install -m 644 "$deploy/rcode5.sysusers" "$root/usr/lib/sysusers.d/rcode5.conf"
chroot "$root" systemd-sysusers /usr/lib/sysusers.d/rcode5.conf
install -m 644 "$deploy/rcode5.service" "$root/etc/systemd/system/rcode5.service"
sed 's/^Restart=always/Restart=no/' "$deploy/rcode5.service" >"$root/etc/systemd/system/rcode5-next.service"
cp "$folder/rcode5.yaml" "$root/etc/rcode5/"

cp test/e2e/systemd/steps.sh "$folder/"
cat >"$root/etc/systemd/system/steps.service" <<'UNIT'
[Unit]
DefaultDependencies=no
[Service]
Type=oneshot
ExecStart=/bin/bash /steps/steps.sh
ExecStopPost=/bin/systemctl --force exit
UNIT
container=lxc exec chroot "$root" /lib/systemd/systemd --system --unit=steps.service
