/* Cholesky factorization with complete pivoting (LAPACK's dpstrf), of blocks of columns. Operation: 1, n, matrix, stride, order, rank, work. */
#include "products.h"

#define BLOCK 32

/* What the block of columns from `at` takes off the rest of the matrix. */
static product_t block_of_factor(const int32_t *o, double *heap, int32_t at) {
  int32_t next = at + BLOCK, stride = o[3];
  double *a = heap + o[2];
  product_t p = {.a = a + next * stride + at, .b = a + next * stride + at, .out = a + next * stride + next, .a_row = stride, .a_depth = 1, .b_depth = 1,
                 .b_column = stride, .stride = stride, .rows = up(o[1]) - next, .columns = up(o[1]) - next, .depth = BLOCK, .lower = 1, .sign = -1};
  p.packed_a = heap + o[6] + up(o[1]);
  p.packed_b = p.packed_a + p.rows * BLOCK;
  return p;
}

static inline void swap(double *a, double *b) {
  double kept = *a;
  *a = *b;
  *b = kept;
}

/* Rows and columns j < pivot of a symmetric matrix of which the lower triangle is there. */
static void exchange(double *a, int32_t stride, int32_t n, int32_t j, int32_t pivot) {
  for (int32_t k = 0; k < j; k++) swap(a + j * stride + k, a + pivot * stride + k);
  swap(a + j * stride + j, a + pivot * stride + pivot);
  for (int32_t k = j + 1; k < pivot; k++) swap(a + k * stride + j, a + pivot * stride + k);
  for (int32_t k = pivot + 1; k < n; k++) swap(a + k * stride + j, a + k * stride + pivot);
}

static int32_t end_factor(const int32_t *o, double *heap, int32_t rank) {
  for (int32_t i = 0; i < o[1]; i++) {
    double *row = heap + o[2] + i * o[3];
    for (int32_t k = rank < i + 1 ? rank : i + 1; k < o[1]; k++) row[k] = 0;
  }
  heap[o[5]] = rank;
  return -1;
}

/* Factors the block of columns from `at`; returns -1 where that was the last, or no pivot was left. */
static int32_t factor_block(const int32_t *o, double *heap, int32_t at, double *tolerance) {
  int32_t n = o[1], stride = o[3];
  double *a = heap + o[2], *order = heap + o[4], *rest = heap + o[6];
  if (at == 0) {
    double most = 0;
    for (int32_t i = 0; i < n; i++) {
      rest[i] = a[i * stride + i];
      order[i] = i;
      if (rest[i] > most) most = rest[i];
    }
    *tolerance = 0x1p-53 * n * most;
  }
  for (int32_t j = at; j < least(at + BLOCK, n); j++) {
    int32_t pivot = j;
    for (int32_t i = j + 1; i < n; i++) {
      if (rest[i] > rest[pivot]) pivot = i;
    }
    if (!(rest[pivot] > *tolerance)) return end_factor(o, heap, j);
    if (pivot != j) {
      exchange(a, stride, n, j, pivot);
      swap(rest + j, rest + pivot);
      swap(order + j, order + pivot);
    }
    double largest = rest[j], root = __builtin_sqrt(largest), limit = 2 * largest;
    const double *row = a + j * stride + at;
    int32_t semidefinite = 1;
    for (int32_t i = j + 1; i < n; i++) {
      double *other = a + i * stride;
      double sum = other[j] - dot(other + at, row, j - at);
      /* No element of a semidefinite matrix exceeds the largest of the diagonal: what is left is noise. */
      if (sum > limit || sum < -limit) semidefinite = 0;
      other[j] = sum / root;
    }
    if (!semidefinite) return end_factor(o, heap, j);
    a[j * stride + j] = root;
    for (int32_t i = j + 1; i < n; i++) rest[i] -= a[i * stride + j] * a[i * stride + j];
  }
  return at + BLOCK >= n ? end_factor(o, heap, n) : 0;
}
