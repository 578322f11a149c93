#ifndef CLI_QR_H
#define CLI_QR_H

/*
 * Draws text as a QR code on stdout. Returns 0, -ENOTTY (stdout is no terminal), -EMSGSIZE (the
 * window is too small for it and the prompt below) or another -errno; nothing is drawn then.
 */
int qr_show(const char *text);

#endif
