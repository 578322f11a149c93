# shellcheck shell=bash disable=SC2034,SC2154 # the parts share their variables
# The account and session phases, with and without auth before them; half a profile; observing; blocks.
forget_state
start_daemon
enrol alice bob carol
service gate-only \
	'auth [success=1 ignore=ignore default=die] GATE' \
	'auth required pam_unix.so try_first_pass nodelay' \
	'auth required pam_permit.so' \
	'account [success=ignore ignore=ignore default=die] GATE' \
	'account required pam_unix.so'
service mfa-only \
	'auth required pam_unix.so nodelay' \
	'auth requisite MFA' \
	'account [success=ignore ignore=ignore default=die] MFA' \
	'account required pam_unix.so'
service gate-account \
	'auth [success=1 ignore=ignore default=die] GATE' \
	'auth required pam_unix.so try_first_pass nodelay' \
	'auth required pam_permit.so' \
	'account [success=ignore ignore=ignore default=die] MFA' \
	'account required pam_unix.so'
service observe \
	'auth [success=2 default=ignore] pam_unix.so nodelay' \
	'auth [default=ignore] GATE failed observe' \
	'auth requisite pam_deny.so' \
	'auth [default=ignore] MFA observe' \
	'auth required pam_permit.so' \
	'account [default=ignore] GATE observe' \
	'account [default=ignore] MFA observe' \
	'account required pam_unix.so'
bare observe-gate 'GATE observe'
bare observe-mfa 'MFA observe'
bare observe-failed 'GATE failed observe'
bare unknown-gate 'GATE nonsense'
bare unknown-mfa 'MFA use_codes'
bare relative 'GATE socket=sock'

# Every code of the man pages that needs no fault.
fresh alice
expect 'gate: the attempt is open' "$BOTH|auth ignored" -- gate alice x "$code"
expect 'gate: nothing open to close' 'auth ignored' -- failed alice
expect 'gate: no block' 'account 0' -A -- gate alice
expect 'gate: account of nobody' 'account 10' -A -- gate nobody-here
expect 'mfa: nothing lacks' 'account 0' -A -- mfa alice
expect 'mfa: no auth, no gate before' 'auth 9' -- mfa alice
expect 'mfa: account of nobody' 'account 10' -A -- mfa nobody-here
expect 'an argument that is not known, gate' 'auth 3' -- unknown-gate alice
expect 'the same in account' 'account 3' -A -- unknown-gate alice
expect 'the same in mfa' 'auth 3' -- unknown-mfa alice
expect 'the same in its account' 'account 3' -A -- unknown-mfa alice
expect 'a socket that is no whole path' 'auth 3' -- relative alice

bare sshd GATE
fresh alice
expect 'gate: a key and a right code' "$CODE_PROMPT|auth 0" -k -- sshd alice "$code"
expect 'gate: a key and a used code' "$CODE_PROMPT|auth 7" -k -- sshd alice "$code"
for i in 1 2 3 4; do
	expect "gate: a key and a wrong code, $i" "$CODE_PROMPT|auth 7" -kh 192.0.2.3 -- sshd alice ''
done
expect 'gate: a key and a wrong code, 5' "$CODE_PROMPT|auth 7" -kh 192.0.2.3 -- sshd alice ''
expect 'gate: held' "$BOTH|auth 7" -h 192.0.2.3 -- gate alice x x
bare sshd MFA
expect 'mfa: a factor is wanting' "$UNENROLLED|account 6" -A -- sshd dave
full_stack sshd

# Half a profile.
fresh alice
expect 'a gate without mfa' "$BOTH|auth 0|account 6" -a -- gate-only alice Right-alice "$code"
expect 'a gate without mfa, no code' "$BOTH|auth 0|account 6" -a -- gate-only alice Right-alice ''
expect 'the same, and account of mfa' "$BOTH|auth 0|account 6" -a -- gate-account alice Right-alice ''
expect 'mfa without a gate' "$PASSWORD_PROMPT|auth 9" -a -- mfa-only alice Right-alice

# Without auth before.
expect 'cron for a person' 'account 0' -A -- cron alice
expect 'cron for root' 'account 0' -A -- cron root
expect 'systemd-user for a system account' 'account 0' -A -- systemd-user machine
expect 'sshd with a key alone, unenrolled' "$UNENROLLED|account 6" -A -- sshd dave
expect 'sshd with a key alone, enrolled' 'account 0' -A -- sshd alice
expect 'cron for a person without a factor' 'account 0' -A -- cron dave
expect 'su by root, no factor' 'account 0' -A -- su dave
expect 'another service where warned' 'account 0' -A -- soft dave
before=$(sql 'SELECT count(*) FROM attempt')
expect 'an account that is asked often' 'account 0' -A -- login alice
same 'account opens no attempt' "$before" "$(sql 'SELECT count(*) FROM attempt')"

# Observing.
expect 'observe, right password' "$PASSWORD_PROMPT|auth 0|account 0" -a -- observe alice Right-alice
same 'observe is on record' 'login.observed|code-due' \
	"$(sql 'SELECT event, result FROM trail ORDER BY seq DESC LIMIT 1')"
expect 'observe, wrong password' "$PASSWORD_PROMPT|auth 7" -a -- observe alice wrong
same 'a wrong password is on record' 'login.observed|refused' \
	"$(sql 'SELECT event, result FROM trail ORDER BY seq DESC LIMIT 1')"
expect 'observe, no factor' "$PASSWORD_PROMPT|auth 0|account 0" -a -- observe dave Right-dave
same 'what would have been ruled' 'login.observed|accepted' \
	"$(sql 'SELECT event, result FROM trail ORDER BY seq DESC LIMIT 1')"
expect 'observe: the bare code' 'auth ignored' -- observe-mfa alice
expect 'observe: that of failed' 'auth ignored' -- observe-failed alice
expect 'observe: in account' 'account ignored' -A -- observe-gate alice
expect 'observe: in the account of mfa' 'account ignored' -A -- observe-mfa dave

# Sessions.
fresh bob
expect 'no notice at the first login' "$BOTH|auth 0|account 0|session 0" -as -- login bob Right-bob "$code"
expect 'a wrong try' "$BOTH|auth 7" -- login bob wrong 000000
fresh bob
got=$(options=(-as) && login login bob Right-bob "$code")
[[ $got == *'text Last login: '*', login, from '*'text Failed tries since then: 1;'*'session 0' ]] || got="wrong: $got"
same 'notices of the last login' "${got#wrong: }" "$got"
fresh bob
expect 'no notice when silent' "$BOTH|auth 0|account 0|session 0" -asq -- login bob Right-bob "$code"
fresh bob
expect 'no notice in su' "$BOTH|auth 0|account 0|session 0" -as -- su bob Right-bob "$code"
sed 's/^account.*/account required pam_permit.so/' "$D/pam/gate" >"$D/pam/session"
sed 's/GATE/& quiet/; s/pam_sluis_gate.so/& quiet/' "$D/pam/session" >"$D/pam/quiet"
sed 's/pam_sluis_gate.so/& nonsense/' "$D/pam/session" >"$D/pam/unknown-session"
sed 's/^account.*/account required pam_permit.so/' "$D/pam/mfa" >"$D/pam/cred"
expect 'session: bare codes' 'account 0|session 0|close ignored' -AsC -- session bob
expect 'session: quiet' 'account 0|session 0' -As -- quiet bob
expect 'session: silent' 'account 0|session 0' -Asq -- session bob
expect 'session: an argument that is not known' 'account 0|session 3' -As -- unknown-session bob
expect 'credentials: nothing is asked' 'account 0|cred ignored' -Ac -- session alice
expect 'credentials: mfa' 'account 0|cred ignored' -Ac -- cred alice

# Without sluisd.
stop_daemon
expect 'dead: nobody gets in' "$NOBODY|auth 9" -a -- login alice Right-alice 123456
expect 'dead: a proven key' "$NOBODY|auth 9" -ak -- sshd alice 123456
expect 'dead: silent' 'auth 9' -aq -- login alice Right-alice 123456
expect 'dead: gate' "$NOBODY|auth 9" -- gate alice
expect 'dead: failed' 'auth ignored' -- failed alice
expect 'dead: account of a person' 'account 9' -A -- gate alice
expect 'dead: mfa account of a person' 'account 9' -A -- mfa alice
expect 'dead: cron of a person' 'account 9' -A -- cron alice
expect 'dead: cron of root' 'account 0' -A -- cron root
expect 'dead: cron of a system account' 'account 0' -A -- cron machine
expect 'dead: systemd-user of root' 'account 0' -A -- systemd-user root
expect 'dead: systemd-user of a person' 'account 9' -A -- systemd-user alice
expect 'dead: su by root' 'account 0' -A -- su alice
as=(setpriv --ruid dave)
expect 'dead: su by another' 'account 9' -A -- su alice
as=()
expect 'dead: login of root, no console' "$NOBODY|auth 9" -- login root x
expect 'dead: a terminal that is none' "$NOBODY|auth 9" -t tty1 -- login root x
expect 'dead: session' 'account 0|session 14' -As -- session alice
expect 'dead: observe, right password' "$PASSWORD_PROMPT|auth 0|account 0" -a -- observe alice Right-alice
expect 'dead: observe, wrong password' "$PASSWORD_PROMPT|auth 7" -a -- observe alice wrong
for name in su su-l sudo sudo-i; do
	bare "$name" GATE
	expect "dead: the bare code of $name by root" 'account ignored' -A -- "$name" alice
	bare "$name" MFA
	expect "dead: the same of mfa" 'account ignored' -A -- "$name" alice
done
bare cron GATE
expect 'dead: the bare code of cron of root' 'account ignored' -A -- cron root
bare systemd-user MFA
expect 'dead: the bare code of systemd-user' 'account ignored' -A -- systemd-user machine
full_stack su cron systemd-user

# A block. Its holder meets the same prompts as ever.
start_daemon
fresh carol
expect 'carol before' "$BOTH|auth 0|account 0" -a -- login carol Right-carol "$code"
person=$(sql "SELECT subject FROM trail WHERE event = 'login.accepted' ORDER BY seq DESC LIMIT 1")
stop_daemon
block "$person"
start_daemon
fresh carol
expect 'blocked' "$BOTH|auth 7" -a -- login carol Right-carol "$code"
same 'a blocked login is on record' login.held "$(newest_event)"
expect 'blocked, wrong password' "$BOTH|auth 7" -a -- login carol wrong "$code"
expect 'blocked, a proven key' "$CODE_PROMPT|auth 7" -ak -- sshd carol "$code"
expect 'blocked, a service with the password alone' "$PASSWORD_PROMPT|auth 7" -a -- plain carol Right-carol
read -r -a printed <<<"${recovery[carol]}"
expect 'blocked, a recovery code' "$BOTH|auth 7" -a -- login carol Right-carol "${printed[0]}"
for name in login sshd cron systemd-user su; do
	expect "blocked, account of $name" 'account 6' -A -- "$name" carol
done
same 'a blocked account is on record' account.refused "$(newest_event)"
expect 'blocked: the bare code' 'account 6' -A -- gate carol
sql "UPDATE block SET lifted_at = from_at"
move 3600
fresh carol
expect 'no longer blocked' "$BOTH|auth 0|account 0" -a -- login carol Right-carol "$code"
stop_daemon
