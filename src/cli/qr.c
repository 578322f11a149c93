#include "cli/qr.h"

#include "base/attributes.h"
#include "cli/print.h"

#include <errno.h>
#include <qrencode.h>
#include <string.h>
#include <sys/ioctl.h>

enum {
	MARGIN = 2,          /* less than ISO 18004 asks, and enough: a window has 24 lines */
	PROMPT_LINES = 1,    /* below the code */
	HALF_BLOCK_SIZE = 3, /* bytes of one in UTF-8 */
	SIDE_MAX = 177 + 2 * MARGIN,
};

/* Two modules above each other are one character: light is drawn in white, dark is left black. */
/* clang-format off */
static const char *const half_blocks[2][2] = {
	/* below:     light            dark */
	/* light */ { "\xe2\x96\x88", "\xe2\x96\x80" },
	/* dark */  { "\xe2\x96\x84", " " },
};
/* clang-format on */
static const char white_on_black[] = "\033[40;37;1m", plain[] = "\033[0m\n";

static void code_free(QRcode **code)
{
	if (!*code)
		return;
	explicit_bzero((*code)->data, (size_t)(*code)->width * (size_t)(*code)->width);
	QRcode_free(*code);
}
#define auto_code __attribute__((cleanup(code_free)))

/* A window of unknown size is taken to be large enough. */
static bool fits(int side)
{
	struct winsize window = { 0 };
	bool known = ioctl(STDOUT_FILENO, TIOCGWINSZ, &window) == 0 && window.ws_row > 0 &&
	    window.ws_col > 0;

	return !known ||
	    (side <= window.ws_col && (side + 1) / 2 + PROMPT_LINES <= window.ws_row);
}

static bool is_dark(const QRcode *code, int row, int column)
{
	int y = row - MARGIN, x = column - MARGIN;

	if (y < 0 || x < 0 || y >= code->width || x >= code->width)
		return false;
	return code->data[y * code->width + x] & 1;
}

static size_t append(char *line, size_t len, const char *text)
{
	memcpy(line + len, text, strlen(text));
	return len + strlen(text);
}

static int draw_line(const QRcode *code, int row, int side)
{
	char line[sizeof(white_on_black) + SIDE_MAX * HALF_BLOCK_SIZE + sizeof(plain)];
	size_t len = append(line, 0, white_on_black);
	int rc;

	for (int column = 0; column < side; column++)
		len = append(line, len,
		    half_blocks[is_dark(code, row, column)][is_dark(code, row + 1, column)]);
	len = append(line, len, plain);
	rc = print_secret(line, len);
	explicit_bzero(line, sizeof(line));
	return rc;
}

int qr_show(const char *text)
{
	auto_code QRcode *code = NULL;
	int side, rc = 0;

	if (!print_is_terminal())
		return -ENOTTY;
	code = QRcode_encodeString8bit(text, 0, QR_ECLEVEL_L);
	if (!code)
		return errno == ERANGE ? -EMSGSIZE : -ENOMEM;
	side = code->width + 2 * MARGIN;
	if (side > SIDE_MAX || !fits(side))
		return -EMSGSIZE;
	for (int row = 0; row < side && rc == 0; row += 2)
		rc = draw_line(code, row, side);
	return rc;
}
