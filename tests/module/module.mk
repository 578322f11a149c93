# The programs of the module tests. Included by the Makefile.
# A sanitizer stands in for crypt(3) as well, and must find it although only pam_unix wants it, later.
with_crypt = $(if $(filter asan,$(MODE)),-Wl$(comma)--no-as-needed -lcrypt)
comma := ,

check-module: $(patsubst %,$O/tests/%,enroll fake inject login sluisd-moved)

$O/tests/login: $O/tests/support/login.o
	$(CC) $(ALL_LDFLAGS) -pie -o $@ $^ -lpam $(with_crypt)

$O/tests/enroll: $O/tests/module/enroll.o $(CLIENT)
	$(CC) $(ALL_LDFLAGS) -pie -o $@ $^ $(call pkg,liboath)

$O/tests/fake: $O/tests/module/fake.o $(call archive,proto base)
	$(CC) $(ALL_LDFLAGS) -pie -o $@ $^

# It stands between the modules and libc, libpam: so its symbols must be seen, and a sanitizer, which calls them
# before it is ready itself, stays out of this one object.
$O/tests/module/inject.o: mode.asan :=
$O/tests/inject: $O/tests/module/inject.o
	$(CC) $(ALL_LDFLAGS) -rdynamic -pie -o $@ $^ -lpam $(call pkg,liboath sqlite3) $(with_crypt)
