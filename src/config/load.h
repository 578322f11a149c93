#ifndef CONFIG_LOAD_H
#define CONFIG_LOAD_H

#include "config/config.h"

#include <stdio.h>

#ifndef SLUIS_PRESET_DIR
#define SLUIS_PRESET_DIR "/usr/share/sluis/presets"
#endif

/*
 * Loads file alone over the defaults, without preset or conf.d: for tests. name stands in
 * errors. Otherwise as config_load().
 */
int config_load_stream(FILE *file, const char *name, struct config **ret,
    struct config_error *error);

#endif
