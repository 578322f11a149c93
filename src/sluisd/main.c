#include "sluisd/daemon.h"

#include "base/clock.h"
#include "base/log.h"
#include "sluisd/start.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <systemd/sd-daemon.h>

enum {
	EXIT_USAGE = 2, /* also a configuration that does not load */
	EXIT_FAULT = 4,
	UPKEEP_S = 60,
	STRANGER_KEY_S = 86400,
};

#define DEFAULT_CONFIG "/etc/sluis/sluis.conf"

struct arguments {
	const char *config;
	bool only_test;
};

static int arguments_read(int argc, char **argv, struct arguments *ret)
{
	int option;

	*ret = (struct arguments){ .config = DEFAULT_CONFIG };
	while ((option = getopt(argc, argv, "c:t")) != -1) {
		if (option == 'c')
			ret->config = optarg;
		else if (option == 't')
			ret->only_test = true;
		else
			return -EINVAL;
	}
	return optind == argc ? 0 : -EINVAL;
}

static int load_config(const char *path, struct config **ret)
{
	struct config_error error;
	int rc = config_load(path, ret, &error);

	if (rc < 0)
		log_line(LOG_ERR, "%s", error.text);
	return rc;
}

/* A bad new file is refused and the old one stays. Paths of the running daemon do not move. */
static void reload(struct daemon *daemon, const char *path)
{
	struct config *fresh = NULL, *old;

	(void)sd_notifyf(0, "RELOADING=1\nMONOTONIC_USEC=%lld",
	    (long long)clock_monotonic_ms() * 1000);
	if (load_config(path, &fresh) == 0) {
		(void)pthread_rwlock_wrlock(&daemon->config_lock);
		old = daemon->config;
		daemon->config = fresh;
		(void)pthread_rwlock_unlock(&daemon->config_lock);
		config_free(old);
		log_line(LOG_NOTICE, "the configuration was loaded anew");
	} else {
		log_line(LOG_ERR, "the configuration stays as it was");
	}
	(void)sd_notify(0, "READY=1");
}

static void upkeep(struct daemon *daemon)
{
	struct config *config = daemon->config; /* only this thread changes it */
	const struct store_upkeep work = {
		.attempt_memory_s = config->lockout.window_s + config->lockout.hold_s,
		.known_source_s = config->lockout.known_source_s,
		.retention_s = { config->trail.routine_s, config->trail.privileged_s,
		    config->trail.emergency_s },
	};
	int rc = store_upkeep(daemon->store, &work);

	if (rc < 0)
		log_line(LOG_ERR, "the upkeep of the state failed, going on: %s", strerror(-rc));
	if (attempt_clock_is_back(clock_now(), store_newest(daemon->store)))
		log_line(LOG_ALERT,
		    "the clock is behind the newest record: codes are refused until it is set right");
}

/* Names of strangers in the trail cannot be linked from one day to the next. */
static void change_stranger_key(struct daemon *daemon)
{
	struct keys *fresh;

	if (keys_make(&fresh) < 0)
		return; /* tried again with the next upkeep */
	(void)pthread_rwlock_wrlock(&daemon->config_lock);
	keys_free(daemon->stranger_keys);
	daemon->stranger_keys = fresh;
	(void)pthread_rwlock_unlock(&daemon->config_lock);
}

/* Runs until a signal ends it; what is due is done about once a second. */
static void serve(struct daemon *daemon, const char *config_path, const sigset_t *signals)
{
	const struct timespec second = { .tv_sec = 1 };
	int64_t upkeep_ms = clock_monotonic_ms(), key_ms = upkeep_ms;
	unsigned long seen = 0;

	for (;;) {
		int signal = sigtimedwait(signals, NULL, &second);
		int64_t now_ms = clock_monotonic_ms();

		if (signal == SIGTERM || signal == SIGINT)
			return;
		if (signal == SIGHUP)
			reload(daemon, config_path);
		if (server_heartbeat(daemon->server) != seen)
			(void)sd_notify(0, "WATCHDOG=1");
		seen = server_heartbeat(daemon->server);
		if (now_ms - upkeep_ms >= UPKEEP_S * 1000) {
			upkeep(daemon);
			upkeep_ms = now_ms;
		}
		if (now_ms - key_ms >= (int64_t)STRANGER_KEY_S * 1000) {
			change_stranger_key(daemon);
			key_ms = now_ms;
		}
	}
}

static int run(struct daemon *daemon, const char *config_path)
{
	sigset_t signals;
	int rc;

	(void)sigemptyset(&signals);
	(void)sigaddset(&signals, SIGTERM);
	(void)sigaddset(&signals, SIGINT);
	(void)sigaddset(&signals, SIGHUP);
	(void)pthread_sigmask(SIG_BLOCK, &signals, NULL); /* before any thread: all inherit it */
	rc = daemon_start(daemon);
	if (rc == 0) {
		(void)sd_notify(0, "READY=1");
		log_line(LOG_NOTICE, "ready");
		serve(daemon, config_path, &signals);
		(void)sd_notify(0, "STOPPING=1");
	}
	daemon_stop(daemon);
	return rc;
}

int main(int argc, char **argv)
{
	struct arguments arguments;
	struct daemon daemon = { .config_lock = PTHREAD_RWLOCK_INITIALIZER };
	int rc;

	if (arguments_read(argc, argv, &arguments) < 0) {
		(void)fprintf(stderr, "usage: sluisd [-c FILE] [-t]\n");
		return EXIT_USAGE;
	}
	if (load_config(arguments.config, &daemon.config) < 0)
		return EXIT_USAGE;
	rc = arguments.only_test ? 0 : run(&daemon, arguments.config);
	config_free(daemon.config);
	return rc < 0 ? EXIT_FAULT : EXIT_SUCCESS;
}
