#!/usr/bin/env bash
# The PostgreSQL and RabbitMQ of another Debian release, beside this machine's own: a whole small Debian
# of that release is unpacked into a folder, from the mirror that this machine's apt uses, and the servers
# run inside it. Needs root, Debian or Ubuntu, and `debootstrap` (installed when missing). Nothing
# outside FOLDER is changed.
#
#   debian.sh make              unpack the release (1 to 2 minutes, 800 MB)
#   debian.sh versions          say which servers it has
#   debian.sh start             start both servers on loopback, print what to `eval`
#   debian.sh env               print that again
#   debian.sh tool NAME …       one of RabbitMQ's tools (rabbitmqctl …) on the first node
#   debian.sh stop              end the servers; the next start begins with empty data
#   debian.sh inside COMMAND …  run a command in that Debian, with this folder and Rust mounted in: what was
#                               built outside runs there, and finds that release's servers by itself
#   debian.sh remove            stop, and remove the folder
#
# Variables: SUITE=trixie, FOLDER=/var/tmp/leadmill-debian-$SUITE, NODES=1 (of RabbitMQ),
# POSTGRES_PORT=6432, AMQP_PORT=6672 (node n: +n-1), DIST_PORT=26672 (the same), EPMD_PORT=6369,
# BIND="DIR DIR": what else is mounted for `inside`.
# Releases: bookworm RabbitMQ 3.10 and PostgreSQL 15, trixie 4.0 and 17, forky 4.3 and 18.
set -euo pipefail

SUITE=${SUITE:-trixie}
FOLDER=${FOLDER:-/var/tmp/leadmill-debian-$SUITE}
NODES=${NODES:-1}
POSTGRES_PORT=${POSTGRES_PORT:-6432}
AMQP_PORT=${AMQP_PORT:-6672}
DIST_PORT=${DIST_PORT:-26672}
EPMD_PORT=${EPMD_PORT:-6369}
ROOT=$FOLDER/root
# Seen from inside ROOT: data, logs and configuration of the running servers.
DATA=/srv/leadmill

say() { printf '%s\n' "$*" >&2; }
fail() { say "$*"; exit 1; }

# The mirror of this machine's apt: the first address that it fetches this release's own index from.
mirror() {
    local found name
    name=$(sed -n 's/^VERSION_CODENAME=//p' /etc/os-release)
    # shellcheck disable=SC2016 # the $(…) are apt's
    found=$(apt-get indextargets --format '$(REPO_URI)|$(CREATED_BY)|$(CODENAME)|$(COMPONENT)' 2>/dev/null |
        awk -F '|' -v name="$name" \
            '$2 == "Packages" && $3 == name && $4 == "main" { print $1; exit }') || true
    [[ $found ]] || fail "apt on this machine names no mirror with its own release; run apt-get update first."
    printf '%s\n' "$found"
}

# Runs a command where ROOT has /proc and /dev, without mounting anything on the machine itself.
in_root() {
    # shellcheck disable=SC2016 # expanded by the inner shell
    unshare --mount --propagation private sh -euc '
        root=$1; shift
        mount -t proc proc "$root/proc"; mount --rbind /dev "$root/dev"
        exec chroot "$root" "$@"' sh "$ROOT" "$@"
}

make_root() {
    [[ -e $FOLDER/made ]] && return
    [[ $(id -u) == 0 ]] || fail "Only root may unpack a Debian and run inside it."
    command -v apt-get >/dev/null || fail "There is no apt on this machine to unpack a Debian with."
    mkdir -p "$FOLDER"
    if ! command -v debootstrap >/dev/null; then
        { apt-get -q update && apt-get -q -y install --no-install-recommends debootstrap; } \
            >"$FOLDER/make.log" 2>&1 </dev/null ||
            fail "debootstrap cannot be installed: $(tail -n 5 "$FOLDER/make.log")"
    fi
    local mirror script=/usr/share/debootstrap/scripts/$SUITE
    mirror=$(mirror)
    # A release that is newer than debootstrap is unpacked like sid.
    [[ -e $script ]] || script=/usr/share/debootstrap/scripts/sid
    rm -rf "$ROOT"
    say "Unpacking Debian $SUITE into $ROOT; the log is $FOLDER/make.log."
    {
        debootstrap --variant=minbase "$SUITE" "$ROOT" "$mirror" "$script"
        # No service starts, no cluster is made: this file starts what it wants.
        printf '#!/bin/sh\nexit 101\n' >"$ROOT/usr/sbin/policy-rc.d"
        chmod 755 "$ROOT/usr/sbin/policy-rc.d"
        mkdir -p "$ROOT/etc/postgresql-common"
        printf 'create_main_cluster = false\n' >"$ROOT/etc/postgresql-common/createcluster.conf"
        printf '127.0.0.1 localhost\n' >"$ROOT/etc/hosts"
        # Proxies and the like, as on the machine.
        apt-config dump Acquire >"$ROOT/etc/apt/apt.conf.d/90machine"
        # A test runs servers in a network of its own, which iproute2 brings up.
        in_root env DEBIAN_FRONTEND=noninteractive LC_ALL=C.UTF-8 sh -euc '
            apt-get -q update
            apt-get -q -y install --no-install-recommends \
                rabbitmq-server postgresql ca-certificates iproute2
            apt-get clean'
    } >"$FOLDER/make.log" 2>&1 </dev/null || fail "It failed: $(tail -n 5 "$FOLDER/make.log")"
    touch "$FOLDER/made"
}

versions() {
    make_root
    # shellcheck disable=SC2016 # the ${…} are dpkg's
    chroot "$ROOT" dpkg-query --show --showformat '${Package} ${Version}\n' rabbitmq-server 'postgresql-*' |
        sed -n -e 's/^rabbitmq-server \([0-9.]*\).*/RabbitMQ \1/p' \
            -e 's/^postgresql-[0-9]* \([0-9.]*\).*/PostgreSQL \1/p' | sort -r | paste -s -d '+' |
        sed 's/+/ and /'
}

node_name() { printf 'rabbit%s-%s@localhost' "$1" "$EPMD_PORT"; }

# What the node N and its tools are told.
node_environment() {
    local n=$1 home=$DATA/rabbit$1
    printf '%s\n' \
        PATH=/usr/sbin:/usr/bin:/sbin:/bin LC_ALL=C.UTF-8 TZ=UTC HOME="$home" \
        RABBITMQ_NODENAME="$(node_name "$n")" RABBITMQ_CONF_ENV_FILE=/dev/null \
        RABBITMQ_CONFIG_FILE="$home/rabbitmq.conf" RABBITMQ_ADVANCED_CONFIG_FILE="$home/advanced.config" \
        RABBITMQ_ENABLED_PLUGINS_FILE="$home/enabled_plugins" RABBITMQ_GENERATED_CONFIG_DIR="$home/generated" \
        RABBITMQ_MNESIA_BASE="$home/data" RABBITMQ_LOG_BASE="$home/log" RABBITMQ_LOGS="$home/log/rabbit.log" \
        RABBITMQ_PID_FILE="$home/pid" RABBITMQ_DIST_PORT=$((DIST_PORT + n - 1)) \
        ERL_EPMD_PORT="$EPMD_PORT" ERL_EPMD_ADDRESS=127.0.0.1 \
        RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS='-kernel inet_dist_use_interface {127,0,0,1}'
}

# Both replace the (sub)shell that calls them, so that its pid is the program's.
as_node() {
    local n=$1 environment
    shift
    mapfile -t environment < <(node_environment "$n")
    exec chroot --userspec=rabbitmq:rabbitmq "$ROOT" env -i "${environment[@]}" "$@"
}

as_postgres() {
    exec chroot --userspec=postgres:postgres "$ROOT" env -i PATH=/usr/bin:/bin LC_ALL=C.UTF-8 "$@"
}

configure() {
    local password n m home
    rm -rf "${ROOT:?}$DATA"
    mkdir -p "$ROOT$DATA"
    password=$(od -An -tx1 -N16 /dev/urandom | tr -d ' \n')
    install -m 600 /dev/null "$FOLDER/password" && printf '%s\n' "$password" >"$FOLDER/password"
    for n in $(seq "$NODES"); do
        home=$ROOT$DATA/rabbit$n
        mkdir -p "$home"/{data,log,generated}
        printf '[].\n' | tee "$home/advanced.config" >"$home/enabled_plugins"
        {
            printf 'listeners.tcp.1 = 127.0.0.1:%s\n' $((AMQP_PORT + n - 1))
            printf 'default_user = leadmill\ndefault_pass = %s\n' "$password"
            printf 'disk_free_limit.absolute = 100MB\nlog.console = false\nlog.file.level = info\n'
            if ((NODES > 1)); then
                printf 'cluster_partition_handling = pause_minority\n'
                printf 'cluster_formation.peer_discovery_backend = classic_config\n'
                for m in $(seq "$NODES"); do
                    printf 'cluster_formation.classic_config.nodes.%s = %s\n' "$m" "$(node_name "$m")"
                done
            fi
        } >"$home/rabbitmq.conf"
        printf '%s' "$password" >"$home/.erlang.cookie"
        chroot "$ROOT" chown -R rabbitmq:rabbitmq "$DATA/rabbit$n"
        chmod 700 "$home" && chmod 400 "$home/.erlang.cookie"
    done
    mkdir -p "$ROOT$DATA/postgres"
    printf '%s\n' "$password" >"$ROOT$DATA/postgres/password"
    chroot "$ROOT" chown -R postgres:postgres "$DATA/postgres"
    chmod 700 "$ROOT$DATA/postgres"
}

# The first process of a pid namespace of its own: whatever happens to it, its servers end with it.
servers() {
    local n bin
    mount -t proc proc "$ROOT/proc"
    mount --rbind /dev "$ROOT/dev"
    bin=$(cd "$ROOT" && printf '%s\n' usr/lib/postgresql/*/bin | sort -V | tail -n 1)
    # No job of a shell gets Ctrl-C from here on.
    trap '' INT
    (as_postgres "/$bin/initdb" -U leadmill -E UTF8 --locale=C.UTF-8 -A password \
        --pwfile "$DATA/postgres/password" -D "$DATA/postgres/data")
    as_postgres "/$bin/postgres" -D "$DATA/postgres/data" -c listen_addresses=127.0.0.1 -c port="$POSTGRES_PORT" \
        -c unix_socket_directories= -c max_connections=200 -c shared_buffers=256MB -c timezone=UTC &
    local postgres=$!
    as_node 1 epmd -port "$EPMD_PORT" -address 127.0.0.1 -relaxed_command_check &
    local epmd=$! nodes=()
    for n in $(seq "$NODES"); do
        # `detached` lets the script replace itself by the server, so that it gets the signal.
        as_node "$n" detached=1 /usr/lib/rabbitmq/bin/rabbitmq-server &
        nodes+=($!)
    done
    local ending=no
    trap 'ending=yes' TERM HUP
    # The first server that ends, or the signal.
    wait -n "$postgres" "${nodes[@]}" || true
    [[ $ending == yes ]] || printf 'A server ended by itself; the others end with it.\n'
    kill -TERM "${nodes[@]}" 2>/dev/null || true
    wait "${nodes[@]}" 2>/dev/null || true
    kill -INT "$postgres" 2>/dev/null || true
    wait "$postgres" 2>/dev/null || true
    kill "$epmd" 2>/dev/null || true
}

# Pid and birth of the process that holds the namespace, so that no other is ever signalled.
birth() { sed 's/.*) //' "/proc/$1/stat" 2>/dev/null | cut -d ' ' -f 20; }

running() {
    local pid born
    [[ -e $FOLDER/pid ]] && read -r pid born <"$FOLDER/pid" && [[ $(birth "$pid") == "$born" ]] &&
        printf '%s\n' "$pid"
}

# `unshare` hands no signal on: the one to ask is its child, the first process of the namespace.
first() { tr -d ' ' <"/proc/$1/task/$1/children"; }

listens() { (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null; }

start() {
    make_root
    if running >/dev/null; then fail "They run already; '$0 stop' ends them."; fi
    local n port pid
    for port in "$POSTGRES_PORT" "$EPMD_PORT" $(seq "$AMQP_PORT" $((AMQP_PORT + NODES - 1))); do
        if listens "$port"; then fail "Something listens on port $port already."; fi
    done
    configure
    export SUITE FOLDER NODES POSTGRES_PORT AMQP_PORT DIST_PORT EPMD_PORT
    setsid unshare --mount --propagation private --pid --fork --kill-child=KILL -- \
        bash "$(realpath "$0")" servers >"$FOLDER/servers.log" 2>&1 </dev/null &
    pid=$!
    printf '%s %s\n' "$pid" "$(birth "$pid")" >"$FOLDER/pid"
    printf '%s\n' "$NODES" >"$FOLDER/nodes"
    for n in $(seq 600); do
        running >/dev/null || fail "They ended: $(tail -n 5 "$FOLDER/servers.log")"
        if listens "$POSTGRES_PORT" && formed; then env_lines; return; fi
        sleep 0.5
    done
    stop
    fail "They did not serve within five minutes; see $FOLDER/servers.log and $ROOT$DATA/rabbit1/log."
}

# Whether every node listens, and has found the others.
formed() {
    local n
    for n in $(seq "$NODES"); do
        listens $((AMQP_PORT + n - 1)) || return 1
    done
    ((NODES == 1)) || tool rabbitmqctl --quiet cluster_status --formatter json 2>/dev/null |
        grep -o '"running_nodes":\[[^]]*\]' | grep -o '@localhost' | wc -l | grep -qx "$NODES"
}

# A tool of RabbitMQ on the first node, in the namespaces of the servers.
tool() {
    local pid
    pid=$(running) || fail "They do not run."
    exec nsenter --target "$(first "$pid")" --mount --pid -- bash "$(realpath "$0")" as-node "$@"
}

env_lines() {
    local password urls n
    password=$(<"$FOLDER/password")
    [[ -e $FOLDER/nodes ]] && NODES=$(<"$FOLDER/nodes")
    urls=$(for n in $(seq "$NODES"); do
        printf 'amqp://leadmill:%s@127.0.0.1:%s/%%2f\n' "$password" $((AMQP_PORT + n - 1))
    done | paste -sd ,)
    printf "export LEADMILL_BROKER__URL='%s'\n" "$urls"
    printf "export LEADMILL_DATABASE__URL='postgres://leadmill:%s@127.0.0.1:%s/leadmill'\n" "$password" "$POSTGRES_PORT"
}

stop() {
    local pid n
    if ! pid=$(running); then say "None run."; return; fi
    kill -TERM "$(first "$pid")"
    for n in $(seq 90); do
        running >/dev/null || return 0
        sleep 0.5
    done
    # With it the kernel ends all that is in the namespace.
    kill -KILL "$pid"
}

# This folder and Rust's are mounted where they are, so that what was built outside runs inside.
# BIND names more folders to mount, as CARGO_TARGET_DIR.
inside() {
    make_root
    local here=$PWD folders=("$PWD" "${CARGO_HOME:-$HOME/.cargo}" "${RUSTUP_HOME:-$HOME/.rustup}") more pid
    read -ra more <<<"${BIND:-}"
    if command -v cargo-nextest >/dev/null; then more+=("$(dirname "$(command -v cargo-nextest)")"); fi
    # shellcheck disable=SC2016 # expanded by the inner shell
    # A root of its own instead of a chroot, in which user namespaces would be refused.
    unshare --mount --propagation private --pid --fork --kill-child=KILL sh -euc '
        root=$1 here=$2; shift 2
        mount --bind "$root" "$root"
        mount -t proc proc "$root/proc"; mount --rbind /dev "$root/dev"
        while [ "$1" != -- ]; do
            if [ -d "$1" ]; then mkdir -p "$root$1"; mount --rbind "$1" "$root$1"; fi
            shift
        done
        shift
        mkdir -p "$root/mnt/old"; cd "$root"; pivot_root . mnt/old
        umount -l /mnt/old; cd "$here"
        exec "$@"
    ' sh "$ROOT" "$here" "${folders[@]}" "${more[@]}" -- "$@" <&0 &
    pid=$!
    # `unshare` turns a deaf ear to anything milder.
    trap 'kill -KILL "$pid"' TERM INT HUP
    wait "$pid"
}

case ${1:-} in
make) make_root ;;
versions) versions ;;
start) start ;;
env) env_lines ;;
tool) shift; tool "$@" ;;
stop) stop ;;
inside) shift; inside "$@" ;;
servers) servers ;; # by `start`, in the namespaces
as-node) shift; as_node 1 "/usr/lib/rabbitmq/bin/$1" "${@:2}" ;; # by `tool`
remove)
    stop
    # One file system only: nothing is mounted there, but a mistake must not cost anything else.
    rm -rf --one-file-system "$FOLDER"
    ;;
*) sed -n '2,/^set/s/^# \{0,1\}//p' "$0" | sed '$d' >&2; exit 2 ;;
esac
