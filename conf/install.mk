# What goes where. Included by the Makefile, which gives O, PAM, DESTDIR, PREFIX, PAMDIR, SBINDIR and SYSCONF.
BINDIR   ?= $(PREFIX)/bin
DATADIR  ?= $(PREFIX)/share
MANDIR   ?= $(DATADIR)/man
UNITDIR  ?= $(PREFIX)/lib/systemd/system
SYSUSERS ?= $(PREFIX)/lib/sysusers.d
TMPFILES ?= $(PREFIX)/lib/tmpfiles.d

# $(call put,MODE,FOLDER,FILES)
put = install -D -m $(1) -t '$(DESTDIR)$(2)' $(3)

.PHONY: install
install: all
	$(call put,644,$(PAMDIR),$(PAM))
	$(call put,644,$(DATADIR)/pam-configs,$(wildcard conf/pam-configs/*))
	$(call put,755,$(SBINDIR),$O/sluisd)
	$(call put,755,$(BINDIR),$O/sluis)
	$(call put,644,$(SYSCONF)/sluis,conf/sluis.conf)
	install -d '$(DESTDIR)$(SYSCONF)/sluis/conf.d'
	$(call put,644,$(DATADIR)/sluis/presets,$(wildcard conf/presets/*.conf))
	$(call put,644,$(UNITDIR),conf/sluisd.service conf/sluisd.socket)
	install -D -m 644 conf/sluis.sysusers '$(DESTDIR)$(SYSUSERS)/sluis.conf'
	install -D -m 644 conf/sluis.tmpfiles '$(DESTDIR)$(TMPFILES)/sluis.conf'
	$(foreach n,1 5 8,$(foreach page,$(wildcard docs/man/*.$n),$(call put,644,$(MANDIR)/man$n,$(page)) &&)) :
