# shellcheck shell=bash disable=SC2034,SC2154 # the parts share their variables
# Answers that sluisd never gives, by a scripted one: each is a fault, and none is a yes.

# pretend QUESTION FAULT [NUMBER]
pretend() {
	rm -f "$D/sock"
	"$O/tests/fake" "$D/sock" "$@" &
	fake=$!
	await_socket
}

leave() {
	kill -KILL "$fake"
	wait "$fake" 2>/dev/null
}

# try QUESTION FAULT [NUMBER]: what comes of it, and in wanted what must: 9 from the phase that asks
try() {
	local arguments=(bare-session alice Right-alice 123456)
	options=(-as)
	wanted="$BOTH|$NOBODY|auth 9"
	# a verdict that has a meaning, but none here, is not said to be a fault; any other number is one
	case $2:${3:-} in value:0x1b36 | value:0x7a0e | value:0x0f75 | value:0x6c59) wanted="$BOTH|auth 9" ;; esac
	case $1 in
	policy) wanted="$NOBODY|auth 9" ;;
	account) wanted="$BOTH|auth 0|account 9" ;;
	enrolled) wanted='account 9' options=(-A) arguments=(mfa alice) ;;
	notices) wanted="$BOTH|auth 0|account 0|session 14" ;;
	esac
	pretend "$@"
	got=$(login "${arguments[@]}")
	leave
}

fault() {
	try "$@"
	same "$1: ${*:2}" "$wanted" "$got"
}

# Each bit of the verdict turns over: none makes a yes, or anything else that could be meant.
flips() {
	local bit wrong=
	for ((bit = 0; bit < 64; bit++)); do
		try "$1" flip "$bit"
		[ "$wanted" = "$got" ] || wrong+=" $bit ($got)"
	done
	same "$1: flipped bits" '' "$wrong"
}

full_stack bare-session
sed -i 's/^session optional/session [success=done default=die]/' "$D/pam/bare-session"
pretend nothing none
expect 'a scripted yes' "$BOTH|auth 0|account 0|session 0" -as -- bare-session alice Right-alice 123456
expect 'a scripted yes, wrong password' "$BOTH|auth 7" -as -- bare-session alice wrong 123456
leave

for question in policy open judge account enrolled notices; do
	fault "$question" magic 0
	fault "$question" magic 1
	fault "$question" version 0
	fault "$question" version 2
	fault "$question" version 255
	fault "$question" length 4089
	fault "$question" length 65536
	fault "$question" length 0x7fffffff
	fault "$question" length 0xffffffff
	fault "$question" length 0
	fault "$question" half
	fault "$question" more
	fault "$question" close
	for kind in 0 1 3 127 131 255; do
		fault "$question" kind "$kind"
	done
done
for question in policy open; do
	fault "$question" kind 128
done
for question in judge account enrolled; do
	fault "$question" kind 129
	flips "$question"
	for value in 0x1234 0x139b 0x1b36 0x7a0e 0x0f75 -1 0x100006c59 0x6c5900000000; do
		fault "$question" value "$value"
	done
done
flips open
for value in 0x6c59 0x100006c59 0x100001b36 0x6c5900000000; do
	fault open value "$value"
done

# No answer of sluisd can make a password unnecessary where no key is proven.
for prompts in 0 2 4 6 8 0x100000003; do
	pretend policy value "$prompts"
	got=$(options=(-a) && login login alice wrong wrong)
	case $got in
	*'auth 0'*) not_ok "prompts that are $prompts" "$got" ;;
	*) ok ;;
	esac
	leave
done

for question in policy judge account notices; do
	began=$(date +%s%3N)
	fault "$question" silence
	under "$question: silence ends in time" 6 "$began"
done
