/* SPDX-License-Identifier: Apache-2.0 */
/* Numbers as Go's strconv and encoding/json write them: the fewest digits that read as the same
 * number again. */
#include "helm/metadata/go_json.h"
#include <math.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* digit[0].digit[1]... times 10 to the exponent */
struct decimal {
  char digit[24];
  int count, exponent;
};

static bool reads_as(const char *text, double number, bool single) {
  return single ? strtof(text, NULL) == (float)number : strtod(text, NULL) == number;
}

/* Finds the shortest decimal of a positive, finite number. At a power of two the numbers above lie
 * wider apart than those below: there the next decimal may do where the nearest one does not. */
static void shorten(double number, bool single, struct decimal *ret) {
  int most = single ? 9 : 17;
  for (int count = 1; count <= most; count++) {
    char text[48], *e;
    snprintf(text, sizeof text, "%.*e", count - 1, number);
    int exponent = (int)strtol(strchr(text, 'e') + 1, NULL, 10);
    if (count > 1)
      memmove(text + 1, text + 2, strlen(text + 2) + 1);
    uint64_t digits = strtoull(text, &e, 10);
    for (uint64_t i = 0; i < 2; i++) {
      snprintf(text, sizeof text, "%llue%d", (unsigned long long)(digits + i),
               exponent - count + 1);
      if (!reads_as(text, number, single) && count < most)
        continue;
      ret->count = (int)strcspn(text, "e");
      ret->exponent = exponent + ret->count - count;
      memcpy(ret->digit, text, (size_t)ret->count);
      return;
    }
  }
}

/* d.ddde+dd, with that many digits of the exponent at least. */
static void print_scientific(const struct decimal *decimal, int exponent_digits, char *text,
                             size_t size) {
  int exponent = decimal->exponent;
  snprintf(text, size, "%c%s%.*se%c%0*d", decimal->digit[0], decimal->count > 1 ? "." : "",
           decimal->count - 1, decimal->digit + 1, exponent < 0 ? '-' : '+', exponent_digits,
           abs(exponent));
}

/* Without an exponent; it is from -7 to 20. */
static void print_plain(const struct decimal *decimal, char *text) {
  int exponent = decimal->exponent;
  if (exponent < 0)
    *text++ = '0';
  for (int i = 0; i <= exponent; i++)
    *text++ = i < decimal->count ? decimal->digit[i] : '0';
  if (decimal->count > exponent + 1) {
    *text++ = '.';
    for (int i = -1; i > exponent; i--)
      *text++ = '0';
    for (int i = exponent < 0 ? 0 : exponent + 1; i < decimal->count; i++)
      *text++ = decimal->digit[i];
  }
  *text = '\0';
}

void go_float32(double number, char text[GO_NUMBER_MAX]) {
  struct decimal decimal = {.digit = "0", .count = 1};
  float single = (float)number;
  char *at = text;
  if (!isfinite(single)) {
    snprintf(text, GO_NUMBER_MAX, "%s", isnan(single) ? "NaN" : single > 0 ? "+Inf" : "-Inf");
    return;
  }
  if (signbit(single))
    *at++ = '-';
  if (single < 0 || single > 0)
    shorten((double)fabsf(single), true, &decimal);
  if (decimal.exponent < -4 || decimal.exponent >= 6)
    print_scientific(&decimal, 2, at, GO_NUMBER_MAX - 1);
  else
    print_plain(&decimal, at);
}

void go_json_number(double number, char text[GO_NUMBER_MAX]) {
  struct decimal decimal = {.digit = "0", .count = 1};
  char *at = text;
  if (signbit(number))
    *at++ = '-';
  if (number < 0 || number > 0)
    shorten(fabs(number), false, &decimal);
  if (decimal.exponent < -6)
    print_scientific(&decimal, 1, at, GO_NUMBER_MAX - 1);
  else if (decimal.exponent >= 21)
    print_scientific(&decimal, 2, at, GO_NUMBER_MAX - 1);
  else
    print_plain(&decimal, at);
}
