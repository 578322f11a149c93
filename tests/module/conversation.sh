# shellcheck shell=bash disable=SC2034,SC2154 # the parts share their variables
# Programs that converse badly, and daemons that do not answer.
forget_state
start_daemon
enrol alice bob

attempts() {
	sql 'SELECT count(*) FROM attempt'
}

before=$(attempts)
expect 'hung up at the password' "$PASSWORD_PROMPT|auth 19" -- login alice @hangup
expect 'hung up at the code' "$BOTH|auth 19" -- login alice Right-alice @hangup
expect 'no answer to the password' "$PASSWORD_PROMPT|auth 19" -- login alice @null
expect 'no answer to the code' "$BOTH|auth 19" -- login alice Right-alice @null
expect 'hung up after a proven key' "$CODE_PROMPT|auth 19" -k -- sshd alice @hangup
same 'who hangs up opens no attempt' "$before" "$(attempts)"
long=$(printf 'x%.0s' $(seq 511))
expect 'an empty password' "$BOTH|auth 7" -- login alice '' 123456
expect 'both empty' "$BOTH|auth 7" -- login alice '' ''
fresh alice
expect 'a password of 511 bytes' "$BOTH|auth 7" -- login alice "$long" "$code"
move 3600
expect 'a code of 511 bytes' "$BOTH|auth 7" -- login alice Right-alice "$long"
expect 'a code of 600 bytes' "$BOTH|auth 7" -- login alice Right-alice "$long$long"
expect 'in one field, 511 bytes' "$PASSWORD_PROMPT|auth 7" -- one alice "${long:6}123456"
move 3600
expect 'a password that is no UTF-8' "$BOTH|auth 7" -- login alice $'\xc3\x28\x01' 123456
expect 'a code that is no UTF-8' "$BOTH|auth 7" -- login alice Right-alice $'\xff\xfe\x80'
expect 'sshd junk for an unknown user' "$BOTH|auth 7" -h 192.0.2.9 -- login nobody-here $'\b\n\r\177INCORRECT' 1
expect 'a host that is no UTF-8' "$BOTH|auth 7" -h $'\xff\xfe' -- login alice wrong 1
expect 'a host of 400 bytes' "$BOTH|auth 7" -h "${long:111}" -- login alice wrong 1
expect 'a user of 400 bytes' "$BOTH|auth 7" -- login "${long:111}" wrong 1
expect 'a terminal of 400 bytes' "$BOTH|auth 7" -t "${long:111}" -- login alice wrong 1
move 3600
expect 'each prompt the same: the password' "$BOTH|auth 7" -1 -- login alice Right-alice
expect 'each prompt the same, one field' "$PASSWORD_PROMPT|auth 7" -1 -- one alice Right-alice
fresh alice
expect 'each prompt the same: right in one field' "$PASSWORD_PROMPT|auth 0|account 0" -1a -- \
	one alice "Right-alice$code"
expect 'texts dropped, a used code' "$PASSWORD_PROMPT|$USED|auth 7" -x -- one alice "Right-alice$code"
fresh bob
expect 'texts dropped, right' "$BOTH|auth 0|account 0|session 0" -xas -- login bob Right-bob "$code"
fresh bob
got=$(options=(-xas) && login login bob Right-bob "$code")
[[ $got == "$BOTH|auth 0|account 0|text Last login: "*'session 0' ]] || got="wrong: $got"
same 'texts dropped, notices' "${got#wrong: }" "$got"

kill -STOP "$daemon"
began=$(date +%s%3N)
expect 'a daemon that is stopped' "$NOBODY|auth 9" -a -- login alice Right-alice 123456
under 'a daemon that is stopped: 5 s' 5 "$began"
began=$(date +%s%3N)
expect 'its session' 'account 0|session 14' -As -- session alice
under 'its session: 2 s' 2 "$began"
kill -CONT "$daemon"

# It stutters: all its stops together stay within the deadline of the login.
stutter() {
	while kill -STOP "$daemon"; do
		sleep 0.7
		kill -CONT "$daemon"
		sleep 0.02
	done 2>/dev/null
}
stutter &
stuttering=$!
began=$(date +%s%3N)
fresh alice
options=(-aCs)
login login alice Right-alice "$code" >/dev/null
under 'a daemon that stutters: 5 s' 5 "$began"
kill "$stuttering"
wait "$stuttering" 2>/dev/null
kill -CONT "$daemon"
stop_daemon
began=$(date +%s%3N)
expect 'a dead daemon' "$NOBODY|auth 9" -a -- login alice Right-alice 123456
under 'a dead daemon: at once' 1 "$began"
