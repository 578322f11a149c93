# shellcheck shell=bash disable=SC2034,SC2154 # the parts share their variables
# Logins as they go every day, and those that must not go.
forget_state
start_daemon
enrol alice bob carol

fresh alice
expect 'password and code' "$BOTH|auth 0|account 0|cred 0|session 0|close 0" -acsC -- login alice Right-alice "$code"
expect 'the same code again' "$BOTH|$USED|auth 7" -a -- login alice Right-alice "$code"
same 'a used code is on record' 1 "$(sql "SELECT count(*) FROM trail WHERE event = 'code.used-again'")"
fresh alice
expect 'wrong password, right code' "$BOTH|auth 7" -a -- login alice wrong "$code"
expect 'that code is still good' "$BOTH|auth 0|account 0" -a -- login alice Right-alice "$code"
expect 'right password, wrong code' "$BOTH|auth 7" -a -- login alice Right-alice "$(wrong_code alice)"
fresh alice
expect 'right password, no code' "$BOTH|auth 7" -a -- login alice Right-alice ''
expect 'nobody of that name' "$BOTH|auth 7" -a -- login nobody-here Right-alice 123456
expect 'a name that can be nobody' "$BOTH|auth 7" -a -- login $'\xff\xfe"\n' Right-alice 123456
expect 'the code of another person' "$BOTH|auth 7" -a -- login alice Right-alice "$(code_of bob)"
expect 'unenrolled, right password' "$BOTH|$UNENROLLED|auth 7" -a -- login dave Right-dave ''
expect 'unenrolled, some code' "$BOTH|$UNENROLLED|auth 7" -a -- login dave Right-dave 123456
expect 'unenrolled, wrong password: no word' "$BOTH|auth 7" -a -- login dave wrong ''
expect 'unenrolled, silent' "$BOTH|auth 7" -aq -- login dave Right-dave ''
expect 'unenrolled where warned' "$BOTH|auth 0|account 0" -a -- soft dave Right-dave ''
expect 'enrolled where warned: no code' "$BOTH|auth 7" -a -- soft alice Right-alice ''

fresh alice
expect 'a proven key, then the code' "$CODE_PROMPT|auth 0|account 0" -ak -- sshd alice "$code"
expect 'a proven key, the code again' "$CODE_PROMPT|auth 7" -ak -- sshd alice "$code"
fresh alice
expect 'no key: both' "$BOTH|auth 0|account 0" -a -- sshd alice Right-alice "$code"
fresh alice
expect 'a key that another service claims' "$BOTH|auth 7" -ak -- login alice "$code" "$code"
expect 'a key that a service like sshd claims' "$BOTH|auth 7" -ak -- keyed alice wrong "$code"
expect 'a key, nobody of that name' "$CODE_PROMPT|auth 7" -ak -- sshd nobody-here "$code"
expect 'a key, unenrolled' "$CODE_PROMPT|auth 7" -ak -- sshd dave ''
as=(setpriv --reuid alice --regid alice --init-groups)
expect 'a key that a plain process claims' "$BOTH|auth 7" -ak -- sshd alice wrong "$code"
fresh alice
expect 'a plain process for its own account' "$BOTH|auth 0|account 0" -a -- login alice Right-alice "$code"
fresh bob
expect 'a plain process for another account' "$BOTH|$NOBODY|auth 9" -a -- login bob Right-bob "$code"
as=()
fresh bob
expect 'the same by root' "$BOTH|auth 0|account 0" -a -- login bob Right-bob "$code"

expect 'a service with the password alone' "$PASSWORD_PROMPT|auth 0|account 0" -a -- plain alice Right-alice
expect 'that service, wrong password' "$PASSWORD_PROMPT|auth 7" -a -- plain alice wrong
fresh alice
expect 'both in one field' "$PASSWORD_PROMPT|auth 0|account 0" -a -- one alice "Right-alice$code"
expect 'in one field, used' "$PASSWORD_PROMPT|$USED|auth 7" -a -- one alice "Right-alice$code"
expect 'in one field, no code' "$PASSWORD_PROMPT|auth 7" -a -- one alice Right-alice
expect 'in one field, only a code' "$PASSWORD_PROMPT|auth 7" -a -- one alice "$code"
fresh alice
expect 'in one field, wrong password' "$PASSWORD_PROMPT|auth 7" -a -- one alice "wrong$code"
expect 'in one field, that code is still good' "$PASSWORD_PROMPT|auth 0|account 0" -a -- one alice "Right-alice$code"

read -r -a printed <<<"${recovery[carol]}"
expect 'a recovery code' "$BOTH|auth 0|account 0" -a -- login carol Right-carol "${printed[0]}"
expect 'a recovery code, again' "$BOTH|auth 7" -a -- login carol Right-carol "${printed[0]}"
lower=${printed[1],,}
expect 'a recovery code in other letters' "$BOTH|auth 0|account 0" -a -- login carol Right-carol "${lower//-/}"
expect 'a recovery code of another' "$BOTH|auth 7" -a -- login alice Right-alice "${printed[2]}"

# One handle, many tries: nothing of one speaks for the next.
fresh alice
expect 'right, then wrong, in one handle' "$BOTH|auth 0|$BOTH|auth 7|account 6" \
	-aFT 2 -- login alice Right-alice "$code" wrong "$code"
fresh alice
expect 'wrong, then right, in one handle' "$BOTH|auth 7|$BOTH|auth 0|account 0" \
	-aT 2 -- login alice wrong "$code" Right-alice "$code"

fresh alice
expect 'right, then hung up, in one handle' "$BOTH|auth 0|$PASSWORD_PROMPT|auth 19|account 6" \
	-aFT 2 -- login alice Right-alice "$code" @hangup
fresh alice
expect 'right, then no code, in one handle' "$BOTH|auth 0|$BOTH|auth 19|account 6" \
	-aFT 2 -- login alice Right-alice "$code" Right-alice @null

# The limit, its hold and its end; another source is not held.
enrol erin
for i in 1 2 3 4 5; do
	expect "guess $i" "$BOTH|auth 7" -ah 192.0.2.1 -- login erin wrong 000000
done
fresh erin
expect 'held' "$BOTH|auth 7" -ah 192.0.2.1 -- login erin Right-erin "$code"
same 'a hold is on record' login.held "$(newest_event)"
expect 'another source' "$BOTH|auth 0|account 0" -ah 192.0.2.2 -- login erin Right-erin "$code"
move 720
fresh erin
expect 'still held' "$BOTH|auth 7" -ah 192.0.2.1 -- login erin Right-erin "$code"
fresh erin
move 60
code=$(code_of erin)
expect 'held no longer' "$BOTH|auth 0|account 0" -ah 192.0.2.1 -- login erin Right-erin "$code"

# su and sudo: the one who guesses is held, not the one he guesses at.
for i in 1 2 3 4 5 6; do
	as=(setpriv --ruid dave)
	expect "dave's guess $i by su" "$BOTH|auth 7" -ar dave -- su erin wrong 000000
done
fresh erin
expect 'dave is held' "$BOTH|auth 7" -ar dave -- su erin Right-erin "$code"
as=(setpriv --ruid bob)
expect 'bob by su' "$BOTH|auth 0|account 0" -ar bob -- su erin Right-erin "$code"
as=()
fresh erin
expect 'erin on a terminal' "$BOTH|auth 0|account 0" -at tty2 -- login erin Right-erin "$code"

# The delay of a refusal is asked for by the gate, the same whatever was wrong.
stop_daemon
fail_delay=3s start_daemon
expect 'a delay, wrong password' "$BOTH|delay yes|auth 7" -aw -- login alice wrong 000000
expect 'a delay, wrong code' "$BOTH|delay yes|auth 7" -aw -- login alice Right-alice "$(wrong_code alice)"
expect 'a delay, nobody' "$BOTH|delay yes|auth 7" -aw -- login nobody-here wrong 000000
stop_daemon
