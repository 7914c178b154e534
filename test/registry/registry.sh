#!/usr/bin/env bash
# A schema registry (Apicurio Registry, Apache-2.0) on loopback, in memory. It needs Java 17 and Maven.
# usage: registry.sh start DIR PORT     prints the address of its Confluent API
#        registry.sh stop DIR
set -euo pipefail

version=3.0.9

start() {
	local dir=$1 port=$2 address="http://127.0.0.1:$2/apis/ccompat/v7"
	local home="${XDG_CACHE_HOME:-$HOME/.cache}/ebb/apicurio-$version"
	mkdir -p "$dir"
	if [ ! -e "$home/complete" ]; then
		mkdir -p "$home"
		mvn -q -B dependency:copy -Dartifact="io.apicurio:apicurio-registry-app:$version:tar.gz:all" -DoutputDirectory="$home" >&2
		tar xzf "$home/apicurio-registry-app-$version-all.tar.gz" -C "$home"
		touch "$home/complete"
	fi
	setsid java -Xmx512m -Dquarkus.http.host=127.0.0.1 -Dquarkus.http.port="$port" \
		-jar "$home/apicurio-registry-app-$version-runner.jar" > "$dir/registry.log" 2>&1 < /dev/null &
	echo $! > "$dir/pid"
	for _ in $(seq 240); do
		if curl -sf "$address/subjects" > /dev/null 2>&1; then
			echo "$address"
			return
		fi
		kill -0 "$(cat "$dir/pid")" 2> /dev/null || break
		sleep 0.5
	done
	echo "the registry did not start:" >&2
	tail -20 "$dir/registry.log" >&2
	exit 1
}

case "${1:-}" in
start) start "$2" "$3" ;;
stop) kill "$(cat "$2/pid")" ;;
*)
	echo "usage: registry.sh start DIR PORT | stop DIR" >&2
	exit 2
	;;
esac
