/* SPDX-License-Identifier: Apache-2.0 */
/* base/memory.h */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "base/memory.h"
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static void test_zeroed(void **state) {
  (void)state;
  auto_free unsigned char *p = mem_array(100, 3);
  for (int i = 0; i < 300; i++)
    assert_int_equal(p[i], 0);
  free(mem_alloc(0));
}

static void test_strings(void **state) {
  (void)state;
  assert_null(str_copy(NULL));
  auto_free char *copy = str_copy("abc"), *part = str_copy_n("abcdef", 2);
  auto_free char *text = str_format("%s-%d", copy, 7);
  assert_string_equal(copy, "abc");
  assert_string_equal(part, "ab");
  assert_string_equal(text, "abc-7");
  str_wipe(NULL);
  str_wipe(str_copy("secret"));
}

static void test_take_empties(void **state) {
  (void)state;
  auto_free char *owner = str_copy("x");
  char *taken = take(owner);
  assert_null(owner);
  assert_string_equal(taken, "x");
  free(taken);
}

static void test_grow(void **state) {
  (void)state;
  size_t capacity = 0;
  auto_free int *items = NULL;
  for (int i = 0; i < 1000; i++) {
    items = mem_grow(items, (size_t)i, &capacity, sizeof *items);
    items[i] = i;
  }
  for (int i = 0; i < 1000; i++)
    assert_int_equal(items[i], i);
}

static void overflow_array(void) {
  free(mem_array(SIZE_MAX / 2, 3));
}
static void overflow_resize(void) {
  free(mem_resize(NULL, SIZE_MAX / 8, 16));
}
static void overflow_copy(void) {
  free(str_copy_n("x", SIZE_MAX));
}
static void overflow_arena(void) {
  struct arena arena = {0};
  arena_alloc(&arena, SIZE_MAX - 3);
}

static void test_overflow_leaves_with_8(void **state) {
  (void)state;
  void (*const cases[])(void) = {overflow_array, overflow_resize, overflow_copy, overflow_arena};
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
      close(STDERR_FILENO);
      cases[i]();
      _exit(0);
    }
    int status = 0;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), 8);
  }
}

static void test_arena(void **state) {
  (void)state;
  struct arena arena = {0};
  char *kept[500];
  for (size_t i = 0; i < 500; i++) {
    /* Small ones, and some larger than a block between them. */
    size_t size = i % 50 == 0 ? 10000 : i % 17 + 1;
    kept[i] = arena_alloc(&arena, size);
    assert_int_equal((uintptr_t)kept[i] % _Alignof(max_align_t), 0);
    for (size_t j = 0; j < size; j++)
      assert_int_equal(kept[i][j], 0);
    memset(kept[i], (int)(i % 251 + 1), size);
  }
  for (size_t i = 0; i < 500; i++)
    assert_int_equal((unsigned char)kept[i][0], i % 251 + 1);
  assert_string_equal(arena_copy(&arena, "text"), "text");
  assert_string_equal(arena_copy_n(&arena, "text", 2), "te");
  assert_string_equal(arena_format(&arena, "%05d", 42), "00042");
  assert_null(arena_copy(&arena, NULL));
  assert_true(arena.total > 100000);
  arena_done(&arena);
  assert_null(arena.blocks);
  arena_done(&arena);
}

/* Its later blocks are mapped. */
static void test_large_arena(void **state) {
  (void)state;
  struct arena arena = {0};
  const size_t count = 400, size = 100000;
  char **kept = mem_array(count, sizeof *kept);
  for (size_t i = 0; i < count; i++) {
    arena_copy(&arena, "odd"); /* text needs no alignment, what follows does */
    kept[i] = arena_alloc(&arena, size);
    assert_int_equal((uintptr_t)kept[i] % _Alignof(max_align_t), 0);
    for (size_t j = 0; j < size; j += 999)
      assert_int_equal(kept[i][j], 0);
    memset(kept[i], (int)(i % 251 + 1), size);
  }
  char *huge = arena_alloc(&arena, 20u << 20);
  huge[(20u << 20) - 1] = 1;
  for (size_t i = 0; i < count; i++)
    assert_int_equal((unsigned char)kept[i][size - 1], i % 251 + 1);
  assert_true(arena.total > count * size + (20u << 20));
  free(kept);
  arena_done(&arena);
  assert_null(arena.blocks);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_zeroed),
      cmocka_unit_test(test_strings),
      cmocka_unit_test(test_take_empties),
      cmocka_unit_test(test_grow),
      cmocka_unit_test(test_arena),
      cmocka_unit_test(test_large_arena),
      cmocka_unit_test(test_overflow_leaves_with_8),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
