/* SPDX-License-Identifier: Apache-2.0 */
/* Go templates, as far as they only put texts together. */
#include "import/gotemplate.h"
#include "base/buf.h"
#include "base/text.h"
#include <ctype.h>
#include <string.h>

#define DEPTH_MAX 16
#define ARGUMENTS_MAX 4
#define RESULT_MAX 4096

struct value { /* a text, or a list of texts */
  char *text;
  bool is_list;
  struct strings list;
};
struct reader {
  const char *at, *end;
  const struct node *entry;
  const char *source;
  unsigned depth;
  struct error *err;
};

static int read_pipeline(struct reader *, struct value *ret);

static void value_done(struct value *value) {
  free_pointer(&value->text);
  strings_done(&value->list);
}

static void values_done(struct value *values, size_t count) {
  for (size_t i = 0; i < count; i++)
    value_done(&values[i]);
}

static void skip_space(struct reader *reader) {
  while (reader->at < reader->end && isspace((unsigned char)*reader->at))
    reader->at++;
}

static int unsupported(struct reader *reader) {
  size_t left = (size_t)(reader->end - reader->at);
  return error_set(reader->err, ARTM_E_CONFIG, "its template has more in it than can be read: %.*s",
                   (int)(left < 60 ? left : 60), reader->at);
}

/* "text" with the usual escapes, or `text`. */
static int read_quoted(struct reader *reader, char **ret) {
  auto_buf text = {0};
  char quote = *reader->at++;
  buf_text(&text, "");
  for (; reader->at < reader->end && *reader->at != quote; reader->at++) {
    if (quote == '"' && *reader->at == '\\') {
      if (++reader->at == reader->end || !strchr("\"\\", *reader->at))
        return unsupported(reader);
    }
    buf_add(&text, reader->at, 1);
  }
  if (reader->at == reader->end)
    return unsupported(reader);
  reader->at++;
  *ret = buf_take(&text);
  return 0;
}

static bool is_word(char c) {
  return isalnum((unsigned char)c) || c == '_' || c == '.';
}

static char *read_word(struct reader *reader) {
  const char *begin = reader->at;
  while (reader->at < reader->end && is_word(*reader->at))
    reader->at++;
  return str_copy_n(begin, (size_t)(reader->at - begin));
}

/* ".Sync.Source": the entry's "source". */
static int read_field(struct reader *reader, char **ret) {
  const char *begin = reader->at;
  auto_free char *word = read_word(reader);
  if (!text_starts(word, ".Sync.") || strchr(word + 6, '.')) {
    reader->at = begin;
    return unsupported(reader);
  }
  if (strcmp(word + 6, "Source") == 0 && reader->source) {
    *ret = str_copy(reader->source);
    return 0;
  }
  auto_free char *key = str_copy(word + 6);
  *key = (char)tolower((unsigned char)*key);
  const char *text = node_text(node_get(reader->entry, key));
  if (!text && strcmp(key, "platform") == 0)
    text = "";
  if (!text || strlen(text) > RESULT_MAX) {
    reader->at = begin;
    return unsupported(reader);
  }
  *ret = str_copy(text);
  return 0;
}

/* An operand that is no function. */
static int read_operand(struct reader *reader, struct value *ret) {
  char c = *reader->at;
  if (c == '"' || c == '`')
    return read_quoted(reader, &ret->text);
  if (c == '.')
    return read_field(reader, &ret->text);
  if (isdigit((unsigned char)c)) {
    ret->text = read_word(reader);
    return 0;
  }
  if (c != '(' || reader->depth >= DEPTH_MAX)
    return unsupported(reader);
  reader->at++;
  reader->depth++;
  int result = read_pipeline(reader, ret);
  reader->depth--;
  if (result != 0)
    return result;
  if (reader->at >= reader->end || *reader->at != ')')
    return unsupported(reader);
  reader->at++;
  return 0;
}

static void split(const char *text, const char *separator, struct value *ret) {
  size_t width = strlen(separator);
  ret->is_list = true;
  for (const char *next; (next = strstr(text, separator)) != NULL; text = next + width)
    strings_add_taken(&ret->list, str_copy_n(text, (size_t)(next - text)));
  strings_add(&ret->list, text);
}

static char *trimmed(const char *text) {
  size_t length = strlen(text);
  while (length > 0 && isspace((unsigned char)text[length - 1]))
    length--;
  size_t begin = 0;
  while (begin < length && isspace((unsigned char)text[begin]))
    begin++;
  return str_copy_n(text + begin, length - begin);
}

static char *upper(const char *text) {
  char *copy = str_copy(text);
  for (char *p = copy; *p; p++)
    *p = (char)toupper((unsigned char)*p);
  return copy;
}

static bool join(const struct value *list, const char *separator, struct value *ret) {
  auto_buf text = {.max = RESULT_MAX};
  bool fits = buf_text(&text, "");
  for (size_t i = 0; fits && i < list->list.count; i++)
    fits = buf_text(&text, i ? separator : "") && buf_text(&text, list->list.items[i]);
  ret->text = fits ? buf_take(&text) : NULL;
  return fits;
}

static bool call_one(const char *name, const char *text, struct value *ret) {
  if (strcmp(name, "lower") == 0)
    ret->text = text_lower(text);
  else if (strcmp(name, "upper") == 0)
    ret->text = upper(text);
  else if (strcmp(name, "trimSpace") == 0)
    ret->text = trimmed(text);
  return ret->text != NULL;
}

/* False: no such function, or not with these arguments. */
static bool call(const char *name, const struct value *args, size_t count, struct value *ret) {
  if (count == 1)
    return !args[0].is_list && call_one(name, args[0].text, ret);
  if (count != 2 || args[1].is_list)
    return false;
  if (strcmp(name, "split") == 0 && !args[0].is_list && *args[1].text) {
    split(args[0].text, args[1].text, ret);
    return true;
  }
  if (strcmp(name, "join") == 0 && args[0].is_list)
    return join(&args[0], args[1].text, ret);
  if (strcmp(name, "default") == 0 && !args[0].is_list) {
    ret->text = str_copy(*args[1].text ? args[1].text : args[0].text);
    return true;
  }
  int64_t position;
  if (strcmp(name, "index") != 0 || !args[0].is_list || !text_parse_int(args[1].text, &position) ||
      position < 0 || (size_t)position >= args[0].list.count)
    return false;
  ret->text = str_copy(args[0].list.items[position]);
  return true;
}

static bool at_argument(struct reader *reader) {
  skip_space(reader);
  return reader->at < reader->end && !strchr(")|", *reader->at);
}

/* FUNCTION ARGUMENT..., or one operand; piped comes last if it is given, and is emptied. */
static int read_command(struct reader *reader, struct value *piped, struct value *ret) {
  struct value args[ARGUMENTS_MAX] = {0};
  size_t count = 0;
  if (!at_argument(reader))
    return unsupported(reader);
  const char *begin = reader->at;
  if (!isalpha((unsigned char)*reader->at))
    return piped ? unsupported(reader) : read_operand(reader, ret);
  auto_free char *name = read_word(reader);
  int result = 0;
  while (result == 0 && count < ARGUMENTS_MAX - 1 && at_argument(reader))
    result = read_operand(reader, &args[count++]);
  if (result == 0 && piped)
    args[count++] = *piped, *piped = (struct value){0};
  if (result == 0 && !call(name, args, count, ret)) {
    reader->at = begin;
    result = unsupported(reader);
  }
  values_done(args, count);
  return result;
}

static int read_pipeline(struct reader *reader, struct value *ret) {
  struct value value = {0};
  int result = read_command(reader, NULL, &value);
  skip_space(reader);
  while (result == 0 && reader->at < reader->end && *reader->at == '|') {
    struct value next = {0};
    reader->at++;
    result = read_command(reader, &value, &next);
    value_done(&value);
    value = next;
    skip_space(reader);
  }
  if (result != 0)
    value_done(&value);
  else
    *ret = value;
  return result;
}

/* What stands between the braces, trim markers cut off. */
static int fill_action(struct reader *reader, struct buf *out) {
  struct value value = {0};
  int result = read_pipeline(reader, &value);
  if (result == 0 && (reader->at != reader->end || value.is_list))
    result = unsupported(reader);
  if (result == 0 && !buf_text(out, value.text))
    result = error_set(reader->err, ARTM_E_CONFIG, "its template makes a text that is too long");
  value_done(&value);
  return result;
}

int gotemplate_fill(const char *text, const struct node *entry, const char *source, char **ret,
                    struct error *err) {
  auto_buf out = {.max = RESULT_MAX};
  buf_text(&out, "");
  for (const char *open; (open = strstr(text, "{{")) != NULL;) {
    const char *close = strstr(open, "}}");
    if (!close)
      return error_set(err, ARTM_E_CONFIG, "its template has no end");
    struct reader reader = {open + 2, close, entry, source, 0, err};
    if (!buf_add(&out, text, (size_t)(open - text)))
      return error_set(err, ARTM_E_CONFIG, "its template makes a text that is too long");
    if (fill_action(&reader, &out) != 0)
      return err->code;
    text = close + 2;
  }
  if (!buf_text(&out, text))
    return error_set(err, ARTM_E_CONFIG, "its template makes a text that is too long");
  *ret = buf_take(&out);
  return 0;
}

bool gotemplate_has_action(const char *text) {
  return strstr(text, "{{") != NULL;
}

bool gotemplate_is_call(const char *text, const char *function, char **ret) {
  auto_error ignored = {0};
  const char *end = text + strlen(text);
  if (!text_starts(text, "{{") || end - text < 4 || strcmp(end - 2, "}}") != 0)
    return false;
  struct reader reader = {text + 2, end - 2, NULL, NULL, 0, &ignored};
  skip_space(&reader);
  auto_free char *name = read_word(&reader);
  skip_space(&reader);
  if (strcmp(name, function) != 0 || reader.at >= reader.end || !strchr("\"`", *reader.at))
    return false;
  char *argument;
  if (read_quoted(&reader, &argument) != 0)
    return false;
  skip_space(&reader);
  if (reader.at == reader.end) {
    *ret = argument;
    return true;
  }
  free_pointer(&argument);
  return false;
}
