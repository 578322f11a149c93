#include "sluisd/start.h"

#include "base/clock.h"
#include "base/log.h"
#include "check/totp.h"

#include <errno.h>
#include <fcntl.h>
#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <systemd/sd-daemon.h>

enum {
	BACKLOG = 256,
	ARENAS = 2, /* of malloc: one for each of the many threads would be memory for nothing */
	SOCKET_MODE = 0666, /* anybody may ask; the call table says what */
};

/* No core, no debugger, nothing readable by others: secrets pass through this memory. */
static void harden(void)
{
	(void)umask(077);
	(void)mallopt(M_ARENA_MAX, ARENAS);
	if (prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) < 0)
		log_line(LOG_WARNING, "core dumps could not be turned off, going on: %s",
		    strerror(errno));
}

static int load_keys(struct daemon *daemon)
{
	const char *credentials = secure_getenv("CREDENTIALS_DIRECTORY");
	char path[CONFIG_VALUE_SIZE + 8];
	int rc;

	(void)snprintf(path, sizeof(path), "%s%s",
	    credentials ? credentials : daemon->config->server.key_file,
	    credentials ? "/key" : "");
	rc = keys_load(path, geteuid(), &daemon->keys);
	if (rc < 0)
		log_line(LOG_ERR, "%s: %s", path,
		    rc == -EBADMSG ?
			"not a key of 32 bytes" :
			rc == -EPERM ?
			"others than its owner can read or change it, or its owner is wrong" :
			strerror(-rc));
	return rc < 0 ? rc : keys_make(&daemon->stranger_keys);
}

static void alarm_line(const char *text)
{
	log_line(LOG_ALERT, "%s", text);
}

static int open_store(struct daemon *daemon)
{
	const struct store_setup setup = { .dir = daemon->config->server.state_dir,
		.keys = daemon->keys,
		.reserve_kib = daemon->config->server.reserve_kib,
		.clock = clock_now,
		.alarm = alarm_line };
	enum store_state state;
	int rc = store_open(&setup, &daemon->store, &state);

	if (rc < 0)
		log_line(LOG_ERR, "%s: the state cannot be opened: %s", setup.dir,
		    rc == -EBADMSG ? "it is damaged, or of a later version" :
			rc == -EKEYREJECTED ?
				     "it was made with another key: put the right key back" :
				     strerror(-rc));
	else if (state == STORE_RESTORED)
		log_line(LOG_ALERT,
		    "an older database was put back: codes that may have been used since are void");
	return rc;
}

static int act_started(struct txn *txn, void *argument)
{
	(void)argument;
	return trail_append(txn,
	    &(struct trail_entry){ .event = EVENT_SERVICE_STARTED, .result = "accepted" });
}

static int socket_make(const char *path)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0), rc = 0;

	if (fd < 0)
		return -errno;
	if (text_copy(address.sun_path, sizeof(address.sun_path), path) < 0) {
		(void)close(fd);
		return -ENAMETOOLONG;
	}
	if (connect(fd, (struct sockaddr *)&address, sizeof(address)) == 0) {
		(void)close(fd);
		return -EADDRINUSE; /* another sluisd answers there */
	}
	(void)unlink(path); /* what a killed daemon left; bind tells if it is anything else */
	if (bind(fd, (struct sockaddr *)&address, sizeof(address)) < 0 ||
	    chmod(path, SOCKET_MODE) < 0 || listen(fd, BACKLOG) < 0)
		rc = -errno;
	if (rc < 0)
		(void)close(fd);
	return rc < 0 ? rc : fd;
}

/* The socket that systemd hands over, or one of our own. */
static int open_listener(struct daemon *daemon)
{
	int given = sd_listen_fds(1), fd;

	if (given == 1 && sd_is_socket_unix(SD_LISTEN_FDS_START, SOCK_STREAM, 1, NULL, 0) > 0)
		fd = SD_LISTEN_FDS_START;
	else
		fd = socket_make(daemon->config->server.socket);
	if (fd < 0) {
		log_line(LOG_ERR, "%s: cannot listen: %s", daemon->config->server.socket,
		    strerror(-fd));
		return fd;
	}
	daemon->listener = fd;
	return fcntl(fd, F_SETFL, O_NONBLOCK) < 0 ? -errno : 0; /* systemd's may block */
}

static int open_server(struct daemon *daemon)
{
	const struct server_setup setup = { .listener = daemon->listener,
		.calls = daemon_calls,
		.call_count = daemon_call_count,
		.context = daemon,
		.facts = daemon_facts,
		.knows_uid = daemon_knows_uid,
		.record_first = daemon_record_first };
	int rc = server_start(&setup, &daemon->server);

	if (rc < 0)
		log_line(LOG_ERR, "the workers cannot be started: %s", strerror(-rc));
	return rc;
}

int daemon_start(struct daemon *daemon)
{
	int rc;

	daemon->listener = -1;
	harden();
	rc = crypto_start();
	if (rc == 0)
		rc = totp_start();
	if (rc == 0)
		rc = passwd_cache_make(&daemon->accounts);
	if (rc == 0)
		rc = load_keys(daemon);
	if (rc == 0)
		rc = open_store(daemon);
	if (rc == 0)
		rc = store_commit(daemon->store, TRAIL_WITH, act_started, NULL);
	if (rc == 0)
		rc = open_listener(daemon);
	return rc == 0 ? open_server(daemon) : rc;
}

void daemon_stop(struct daemon *daemon)
{
	server_stop(daemon->server);
	store_close(daemon->store);
	if (daemon->listener >= 0)
		(void)close(daemon->listener);
	keys_free(daemon->keys);
	keys_free(daemon->stranger_keys);
	passwd_cache_free(daemon->accounts);
}
