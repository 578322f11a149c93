#include "base/attributes.h"
#include "base/file.h"
#include "tests/support/scratch.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>

static struct scratch scratch;

static void set_up(void)
{
	scratch_make(&scratch);
}

static void tear_down(void)
{
	scratch_remove(&scratch);
}

TestSuite(file, .init = set_up, .fini = tear_down);

static int open_trusted(const char *name, uid_t owner)
{
	char path[PATH_MAX];
	int fd = file_open_trusted(scratch_path(&scratch, name, path), owner);

	if (fd < 0)
		return fd;
	(void)close(fd);
	return 0;
}

Test(file, trusts_a_regular_file_of_its_owner)
{
	char path[PATH_MAX];
	int fd;

	scratch_write(&scratch, "a", "text", 4);
	fd = file_open_trusted(scratch_path(&scratch, "a", path), geteuid());
	cr_assert_geq(fd, 0);
	cr_expect(fcntl(fd, F_GETFD) & FD_CLOEXEC);
	(void)close(fd);
	cr_expect_eq(open_trusted("none", geteuid()), -ENOENT);
}

Test(file, trusts_by_the_mode)
{
	static const struct {
		mode_t mode;
		int rc;
	} cases[] = {
		{ 0400, 0 }, { 0600, 0 }, { 0644, 0 }, { 0444, 0 }, { 0604, 0 },
		{ 0602, -EPERM }, { 0646, -EPERM }, { 0666, -EPERM },
	};
	char path[PATH_MAX];

	scratch_write(&scratch, "a", "", 0);
	(void)scratch_path(&scratch, "a", path);
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		cr_assert_eq(chmod(path, cases[i].mode), 0);
		cr_expect_eq(open_trusted("a", geteuid()), cases[i].rc, "%o", (unsigned)cases[i].mode);
	}
}

Test(file, trusts_no_other_owner_and_no_writing_group_but_roots)
{
	char path[PATH_MAX];

	scratch_write(&scratch, "a", "", 0);
	(void)scratch_path(&scratch, "a", path);
	if (chown(path, 4711, 4711) < 0)
		cr_skip_test("only root gives files away");
	cr_expect_eq(open_trusted("a", geteuid()), -EPERM);
	cr_expect_eq(open_trusted("a", 4711), 0);
	cr_assert_eq(chmod(path, 0660), 0);
	cr_expect_eq(open_trusted("a", 4711), -EPERM);
	cr_assert_eq(chown(path, 4711, 0), 0);
	cr_assert_eq(chmod(path, 0660), 0);
	cr_expect_eq(open_trusted("a", 4711), 0);
	cr_assert_eq(chown(path, 0, 0), 0);
	cr_expect_eq(open_trusted("a", 4711), 0, "root's is trusted by everybody");
}

Test(file, trusts_no_link_folder_or_pipe_and_waits_for_none)
{
	char path[PATH_MAX], other[PATH_MAX];

	scratch_write(&scratch, "a", "", 0);
	cr_assert_eq(symlink(scratch_path(&scratch, "a", path), scratch_path(&scratch, "link", other)), 0);
	cr_assert_eq(mkfifo(scratch_path(&scratch, "pipe", path), 0600), 0);
	cr_assert_eq(mkdir(scratch_path(&scratch, "folder", path), 0700), 0);
	cr_expect_eq(open_trusted("link", geteuid()), -EPERM);
	cr_expect_eq(open_trusted("pipe", geteuid()), -EPERM);
	cr_expect_eq(open_trusted("folder", geteuid()), -EPERM);
}

Test(file, opens_a_stream_under_the_same_rule)
{
	char path[PATH_MAX], line[8] = "";
	FILE *file = NULL;

	scratch_write(&scratch, "a", "text\n", 5);
	(void)scratch_path(&scratch, "a", path);
	cr_assert_eq(file_stream_trusted(path, geteuid(), &file), 0);
	cr_expect_eq(fread(line, 1, sizeof(line), file), 5);
	cr_expect_str_eq(line, "text\n");
	(void)fclose(file);
	file = NULL;
	cr_assert_eq(chmod(path, 0666), 0);
	cr_expect_eq(file_stream_trusted(path, geteuid(), &file), -EPERM);
	cr_expect_null(file);
}

Test(file, reads_all_or_says_that_it_is_longer)
{
	static const struct {
		size_t room;
		ssize_t got;
	} cases[] = { { 8, 5 }, { 6, 5 }, { 5, 5 }, { 4, -EFBIG }, { 0, -EFBIG } };
	char path[PATH_MAX], out[8];

	scratch_write(&scratch, "a", "12345", 5);
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		auto_close int fd = open(scratch_path(&scratch, "a", path), O_RDONLY | O_CLOEXEC);

		cr_expect_eq(file_read(fd, out, cases[i].room), cases[i].got, "room for %zu", cases[i].room);
	}
	cr_expect_eq(file_read(-1, out, sizeof(out)), -EBADF);
}

Test(file, replaces_the_whole_and_leaves_nothing_beside_it)
{
	char path[PATH_MAX], out[16] = "";
	struct stat is;

	(void)scratch_path(&scratch, "a", path);
	scratch_write(&scratch, "a", "a longer text", 13);
	scratch_write(&scratch, "a.new", "left by a crash", 15);
	cr_assert_eq(file_replace(path, "new", 3, 0600), 0);
	cr_expect_eq(scratch_read(&scratch, "a", out, sizeof(out)), 3);
	cr_expect_arr_eq(out, "new", 3);
	cr_expect_not(scratch_has(&scratch, "a.new"));
	cr_assert_eq(stat(path, &is), 0);
	cr_expect_eq(is.st_mode & 07777u, 0600u);
}

Test(file, replaces_a_link_by_a_file_and_does_not_follow_one)
{
	char path[PATH_MAX], other[PATH_MAX], out[16] = "";

	scratch_write(&scratch, "victim", "kept", 4);
	cr_assert_eq(symlink(scratch_path(&scratch, "victim", path), scratch_path(&scratch, "a.new", other)), 0);
	cr_assert_eq(symlink(scratch_path(&scratch, "victim", path), scratch_path(&scratch, "a", other)), 0);
	cr_assert_eq(file_replace(other, "new", 3, 0600), 0);
	cr_expect_eq(scratch_read(&scratch, "victim", out, sizeof(out)), 4);
	cr_expect_arr_eq(out, "kept", 4);
	cr_expect_eq(scratch_read(&scratch, "a", out, sizeof(out)), 3);
}

Test(file, leaves_the_old_one_when_it_cannot_replace_it)
{
	char path[PATH_MAX], inside[PATH_MAX], out[8];

	cr_expect_eq(file_replace(scratch_path(&scratch, "none/a", path), "x", 1, 0600), -ENOENT);
	scratch_write(&scratch, "a", "old", 3);
	cr_assert_eq(mkdir(scratch_path(&scratch, "a.new", path), 0700), 0);	/* in the way */
	cr_assert_eq(mkdir(scratch_path(&scratch, "a.new/b", inside), 0700), 0);
	cr_expect_lt(file_replace(scratch_path(&scratch, "a", path), "x", 1, 0600), 0);
	cr_expect_eq(scratch_read(&scratch, "a", out, sizeof(out)), 3);
	cr_expect_arr_eq(out, "old", 3);
}

Test(file, does_not_replace_a_folder)
{
	char path[PATH_MAX];

	cr_assert_eq(mkdir(scratch_path(&scratch, "a", path), 0700), 0);
	cr_expect_eq(file_replace(path, "x", 1, 0600), -EISDIR);
	cr_expect_not(scratch_has(&scratch, "a.new"));
}
