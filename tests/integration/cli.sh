#!/bin/bash
# The command against a real sluisd in a temporary folder.  cli.sh [BUILD]
# As any user; as root it also plays the plain user "daemon". Touches nothing outside its folder.
set -u
cd "$(dirname "$0")/../.." || exit 1
O=$(readlink -f "${1:-build/release}")
passed=0 failed=0 daemon=
tmp=$(mktemp -d /tmp/sluis-cli.XXXXXX)
socket=$tmp/sluisd.sock

stop() {
	[ -n "$daemon" ] || return 0
	kill "$daemon"
	wait "$daemon"
	daemon=
}
trap 'stop; rm -rf "$tmp"' EXIT

count() { # SENTENCE RIGHT
	if [ "$2" = yes ]; then
		echo "ok   $1"
		passed=$((passed + 1))
	else
		echo "FAIL $1 (exit $rc)"
		head -n 20 "$tmp/out" "$tmp/err" | sed 's/^/     | /'
		failed=$((failed + 1))
	fi
}

# The command under test; what it said stands in $tmp/out and $tmp/err, how it ended in rc.
run() {
	"${as[@]}" "$tmp/sluis" --socket "$socket" "$@" >"$tmp/out" 2>"$tmp/err" <"${input:-/dev/null}"
	rc=$?
}

# is SENTENCE STATUS [PATTERN of stdout] [PATTERN of stderr]: what the last run came to.
is() {
	local right=yes
	[ "$rc" -eq "$2" ] || right=no
	[ -z "${3:-}" ] || grep -qE -- "$3" "$tmp/out" || right=no
	[ -z "${4:-}" ] || grep -qE -- "$4" "$tmp/err" || right=no
	[ -n "${4:-}" ] || [ ! -s "$tmp/err" ] || right=no
	! grep -qv '^sluis: ' "$tmp/err" || right=no
	count "$1" $right
}

# What was printed is one JSON document, and the filter holds where there is jq.
is_json() { # SENTENCE STATUS FILTER
	local right=yes
	[ "$rc" -eq "$2" ] && [ ! -s "$tmp/err" ] || right=no
	if command -v jq >/dev/null; then
		jq -e "$3" "$tmp/out" >/dev/null 2>&1 || right=no
	elif command -v python3 >/dev/null; then
		python3 -m json.tool "$tmp/out" >/dev/null 2>&1 || right=no
	else
		[ "$(tr -d ' \n' <"$tmp/out" | sed 's/^\(.\).*\(.\)$/\1\2/')" = '{}' ] || right=no
	fi
	count "$1" $right
}

start() {
	exec {log}< <(exec "$O/sluisd" -c "$tmp/sluis.conf" 2>&1)
	daemon=$!
	while read -r -t 20 line <&$log; do
		case $line in *ready) return ;; esac
		echo "     | $line"
	done
	echo "FAIL sluisd starts" && exit 1
}

# Enrols; types "now" as the code of the moment, "next" as that of the next period, all else as it is.
# What is typed is asked for one after the other; the secret that was offered stands in secret.
enroll() { # ARGUMENTS -- TYPED...
	local arguments=() line
	while [ "$1" != -- ]; do arguments+=("$1"); shift; done
	shift
	mkfifo "$tmp/typed" "$tmp/said"
	"${as[@]}" "$tmp/sluis" --socket "$socket" enroll "${arguments[@]}" <"$tmp/typed" >"$tmp/said" 2>"$tmp/err" &
	exec {typed}>"$tmp/typed" {said}<"$tmp/said"
	: >"$tmp/out"
	if [ -n "${proof:-}" ]; then code "$proof" >&$typed; fi
	while read -r line <&$said; do
		echo "$line" >>"$tmp/out"
		case $line in
		Secret:*) secret=${line#Secret: } ;;
		otpauth:*) for word in "$@"; do code "$word"; done >&$typed; exec {typed}>&- ;;
		esac
	done
	exec {said}<&- {typed}>&-
	wait $!
	rc=$?
	rm "$tmp/typed" "$tmp/said"
}

code() {
	case $1 in
	now) oathtool -b --totp "$secret" ;;
	next) oathtool -b --totp -N 'now + 30 seconds' "$secret" ;;
	*) echo "$1" ;;
	esac
}

chmod 755 "$tmp"
install -m 755 "$O/sluis" "$tmp/sluis" # where a plain user finds it
mkdir -m 700 "$tmp/state"
(umask 077 && head -c 32 /dev/urandom >"$tmp/key")
me=$(id -un) plain=()
if [ "$(id -u)" -eq 0 ]; then
	me=daemon
	plain=(setpriv --reuid daemon --regid daemon --clear-groups)
fi
cat >"$tmp/sluis.conf" <<-END
	[policy]
	preset = $PWD/conf/presets/municipal.conf
	[mfa]
	issuer = Gemeente Ooij & Zn
	services.sshd = code
	[roles]
	reviewer = user:$(id -un)
	servicedesk = user:$(id -un)
	[server]
	state_dir = $tmp/state
	socket = $socket
	key_file = $tmp/key
END
as=()

echo "# usage"
run help
is "help prints the table" 0 'trail verify'
run --help
is "and so does --help" 0 '^usage'
run --version
is "--version tells the version" 0 '^sluis [0-9]+\.[0-9]+\.[0-9]+$'
for words in "" frobnicate trail "trail frob" "status a b" "status --force" "status --json=yes" "mode maybe" \
	"policy explain" "trail show --after" "trail show --after 3x" "trail show --after -1" "enroll --type hotp" \
	"enroll --label=" "status --json --json" "a b c d e"; do
	# shellcheck disable=SC2086
	run $words
	is "\"$words\" is usage" 2 "" "^sluis: "
done
run enroll $'--label=a\nb'
is "a label of two lines is usage" 2 "" "label"
run status "$(printf 'x%.0s' {1..300})"
is "a name that is too long is usage" 2 "" "too long"

echo "# without a daemon"
for words in "status" "trail show" "trail verify" "policy show" "policy explain mfa.digits" "enroll" "status --json"; do
	# shellcheck disable=SC2086
	run $words
	is "$words cannot reach it" 3 "" "does not answer at $socket"
done
run doctor
is "doctor says so and goes on" 1 "^BAD sluisd: .*does not answer"
run doctor --json
is_json "doctor says so as JSON" 1 '.well == false and (.checks | length) >= 10 and
	(.checks[] | select(.check == "sluisd").result) == "bad"'
run mode enforce
case $rc in 1 | 3 | 4) right=yes ;; *) right=no ;; esac
count "mode enforce is refused" $right
if command -v socat >/dev/null; then
	socat "UNIX-LISTEN:$socket" "EXEC:'printf abcdefghijkl'" &
	until [ -S "$socket" ]; do read -r -t 0.01 <> <(:); done
	run status
	is "one who talks nonsense is a fault" 4 "" "not understood"
	wait $!
fi

start
echo "# status and policy"
run status "$me"
is "status of one who never came" 0 "^  last login  never"
is "no factor yet" 0 "^  factor +none"
run status "$me" --json
is_json "the same as JSON" 0 '.factors == [] and .last_login == null and .failures == 0 and .blocked == false'
run status no-such-user
is "nobody of that name" 1 "" "no such account"
run status $'\xff\xfe'
is "a name that is not UTF-8 is usage" 2 "" "UTF-8"
run policy show
is "policy show tells value and origin" 0 "^lockout.failures = 5"
run policy show --json
is_json "as JSON" 0 '.options | length > 20 and all(.[]; .key and .origin)'
run policy explain mfa.issuer
is "policy explain tells the line" 0 "sluis.conf:4"
run policy explain mfa.services --json
is_json "a key with names tells each" 0 '.options | length == 1 and .[0].value == "code"'
run policy explain mfa.serv
is "half a key is none" 2 "" "no value in force"
as=("${plain[@]}")
run policy show
is "a plain user may ask that" 0 "^mfa.digits"
as=()


echo "# enrolment"
as=("${plain[@]}")
enroll -- 000000
is "an end instead of a code gives nothing" 2 "^otpauth:" "no code was given"
enroll -- 000000 999999 111111
is "three wrong codes give nothing" 1 "^otpauth:" "that was refused"
[ "$(grep -c '^otpauth:' "$tmp/out")" -eq 1 ] && right=yes || right=no
count "and they were tries at one offer" $right
enroll --label "my telephone" --type totp -- 000000 now
first=$secret
is "a right code enrols" 0 "^Enrolled\." "not the code of this moment"
grep -qx 'otpauth://totp/Gemeente%20Ooij%20%26%20Zn:'"$me"'?secret='"$secret"'&issuer=Gemeente%20Ooij%20%26%20Zn&algorithm=SHA1&digits=6&period=30' \
	"$tmp/out" && right=yes || right=no
count "the address is whole and percent-encoded" $right
[ "$(grep -cxE '([A-Z2-7]{4}-){3}[A-Z2-7]{4}' "$tmp/out")" -eq 10 ] && right=yes || right=no
count "ten recovery codes, one a line" $right
grep -q $'\033' "$tmp/out" && right=no || right=yes
count "no QR code but on a terminal" $right
recovery=$(grep -xE -m1 '([A-Z2-7]{4}-){3}[A-Z2-7]{4}' "$tmp/out")
run status
is "status tells the factor" 0 'totp "my telephone", made 20'
run status --json
is_json "as JSON" 0 '[.factors[].kind] == ["totp", "recovery-codes"] and .factors[1].left == 10 and
	(.factors[0].made_at | test("^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:]{8}Z$"))'

if [ "$me" = daemon ]; then
	as=()
	enroll "$me" --label "from root" -- now
	is "root needs no proof" 0 "recovery codes you have stay good"
	as=("${plain[@]}")
fi
secret=$first proof=123123
enroll --
is "a further factor needs the first: a wrong code" 1 "" "that was refused"
proof=now
enroll --
is "a code that was used" 1 "" "was used before"
proof=next
enroll --label second -- now
is "the code of the next period proves it" 0 "recovery codes you have stay good"
proof=$recovery
enroll --label third -- now
is "a recovery code proves it too" 0 "stay good"
enroll --
is "and does so once" 1 "" "that was refused"
unset proof
run status
is "one recovery code less" 0 "recovery-codes, 9 left"
proof=000000
for _ in 1 2 3 4; do enroll --; done
is "guesses at the proof are counted" 1 "" "that was refused"
enroll --
is "and held" 1 "" "held"
unset proof
if [ "$me" = daemon ]; then
	run status root
	is "a plain user may not ask of others" 1 "" "may not ask"
	run enroll root
	is "nor enrol them" 1 "" "may not ask"
	run trail show
	is "nor read the trail" 1 "" "may not ask"
	run mode observe
	is "nor switch the mode" 1 "" "only root"
	run doctor
	is "the doctor does not know what only root may ask" 1 '^\?\?  clock: .*ask as root'
fi
as=()

echo "# the trail"
run trail show
is "trail show tells what was done" 0 "factor.enrolled +accepted .* $me by sluis"
run trail show --json
is_json "as JSON" 0 '.rows[0].sequence == 1 and .rows[0].event == "service.started" and .rows[0].actor == null'
run trail show --after 3 --json
is_json "after a row" 0 '.rows[0].sequence == 4'
run trail show --after=99999999 --json
is_json "after the last" 0 '.rows == []'
run trail verify
is "all rows fit" 0 "^[0-9]+ rows, all fit$"
run trail verify --json
is_json "as JSON" 0 '.fits and .rows > 10 and .broken_at == null'
seq 1100 | xargs -P 4 -I{} "$tmp/sluis" --socket "$socket" trail verify >/dev/null
run trail show
[ "$(awk '{ if ($1 != NR) bad = 1 } END { print bad + 0, (NR > 1100) }' "$tmp/out")" = "0 1" ] && right=yes || right=no
count "more than one page, each row once" $right
run trail show --json
is_json "more than one page as JSON" 0 '(.rows | length) > 1100 and ([.rows[].sequence] == [range(1; 1 + (.rows | length))])'
"$tmp/sluis" --socket "$socket" trail show >/dev/full 2>"$tmp/err"
rc=$?
: >"$tmp/out"
is "an output that is full is a fault" 4 "" "could not be written"

echo "# doctor"
run doctor
[ "$(grep -cE '^(ok |BAD|\?\? ) [a-z]+: ' "$tmp/out")" -eq "$(wc -l <"$tmp/out")" ] && right=yes || right=no
count "one line a check" $right
is "the daemon answers" "$rc" "^ok  sluisd: "
is "it tells of its state" "$rc" "^(ok |BAD|\?\? ) disk: "
run doctor --json
is_json "as JSON" "$rc" '.checks | length >= 10 and all(.[]; .check and .text and (.result | IN("ok", "bad", "unknown")))'
kill -STOP "$daemon"
run doctor
kill -CONT "$daemon"
is "one that does not answer in time" 1 "^BAD sluisd: .*timed out"

echo "# a terminal"
if command -v expect >/dev/null; then
	as=("${plain[@]}")
	cat >"$tmp/terminal" <<-'END'
		set timeout 20
		spawn -noecho sh -c {trap : INT; stty rows $ROWS cols 100; "$@"; echo "ended $?"; stty -a} sh {*}$argv
		expect {
			"First code: " {}
			"Code of a factor you have: " { send "\003"; expect eof; exit }
		}
		send "000000\r"
		expect "First code: "
		send "\003"
		expect eof
	END
	user=$me && [ "$me" = daemon ] && user=root && as=()
	for rows in 60 20; do
		ROWS=$rows expect "$tmp/terminal" "${as[@]}" "$tmp/sluis" --socket "$socket" enroll "$user" >"$tmp/out" 2>"$tmp/err"
		cp "$tmp/out" "$tmp/out.$rows"
	done
	rc=0
	if [ "$user" = root ]; then
		grep -q '▄' "$tmp/out.60" && right=yes || right=no
		count "a QR code, where it fits" $right
		! grep -q '▄' "$tmp/out.20" && grep -q 'too small' "$tmp/out.20" && right=yes || right=no
		count "a word, where it does not" $right
		grep -q 000000 "$tmp/out.60" && right=no || right=yes
		count "what is typed is not shown" $right
	fi
	grep -qE '(^|[; ])echo ' "$tmp/out.60" && right=yes || right=no
	count "after an interrupt the terminal shows what is typed again" $right
fi
as=()

echo "# a trail that was changed"
stop
sqlite3 "$tmp/state/state.db" "UPDATE trail SET result = 'refuseD' WHERE seq = 5" 2>"$tmp/err"
rc=$?
: >"$tmp/out"
is "one row is changed" 0
start
run trail verify
is "it is found" 1 "^row 5 does not fit"
run trail verify --json
is_json "as JSON" 1 '.fits == false and .broken_at == 5'
stop

echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
