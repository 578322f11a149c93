# The programs of the module tests. Included by the Makefile.
$O/tests/enroll: $O/tests/module/enroll.o $(CLIENT)
	@mkdir -p $(@D)
	$(CC) $(ALL_LDFLAGS) -pie -o $@ $^ $(call pkg,liboath)
