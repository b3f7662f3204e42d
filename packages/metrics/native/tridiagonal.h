/* Householder tridiagonalization in blocks (LAPACK's dsytrd of an upper triangle). Operation: 2, n, matrix, stride, diagonal, off-diagonal, work. */
#include "factor.h"

#define PARTS 8

/* What reflectors v and their products w take off the leading matrix: v w^T + w v^T, with v, w and v again in rows. */
static product_t block_of_tridiagonal(const int32_t *o, double *heap, int32_t rows) {
  int32_t n = up(o[1]);
  double *work = heap + o[6];
  product_t p = {.a = work, .b = work + BLOCK * n, .out = heap + o[2], .a_row = 1, .a_depth = n, .b_depth = n, .b_column = 1, .stride = o[3],
                 .rows = rows, .columns = rows, .depth = 2 * BLOCK, .lower = 1, .sign = -1};
  p.packed_a = work + 3 * BLOCK * n;
  p.packed_b = p.packed_a + rows * 2 * BLOCK;
  return p;
}

/* Where row i of the matrix lies among the rows of its block, which are taken from the last up. */
static inline int32_t slot_of(int32_t n, int32_t i) {
  int32_t last = least(i / BLOCK * BLOCK + BLOCK, n) - 1;
  return last - i;
}

static inline int32_t begins_block(int32_t n, int32_t i) { return slot_of(n, i) == 0; }

static inline int32_t parts_of(int32_t rows) { return rows < 256 ? 1 : least(PARTS, rows / 128); }

/* The first of the rows that part t of so many takes: parts of a triangle have equal areas. */
static inline int32_t bound(int32_t rows, int32_t t, int32_t parts) {
  return 4 * (int32_t)(__builtin_sqrt((double)t / parts) * (up(rows) / 4));
}

#define TIMES(i)                                             \
  v128_t m##i = wasm_v128_load(a + i * stride + c);          \
  s##i = wasm_f64x2_add(s##i, wasm_f64x2_mul(m##i, x));

/* One part of a symmetric matrix times a vector: its rows of the lower triangle stand for its columns of the upper one as well. */
static void symmetric_times(const int32_t *o, double *heap, int32_t rows, int32_t part) {
  int32_t n = up(o[1]), stride = o[3], parts = parts_of(rows);
  const double *v = heap + o[6] + slot_of(n, rows) * n;
  double *y = heap + o[6] + (7 * BLOCK + part) * n;
  int32_t to = bound(rows, part + 1, parts);
  for (int32_t k = 0; k < up(rows); k++) y[k] = 0;
  for (int32_t r = bound(rows, part, parts); r < to; r += 4) {
    const double *a = heap + o[2] + r * stride;
    v128_t s0 = wasm_f64x2_splat(0), s1 = s0, s2 = s0, s3 = s0;
    v128_t x0 = wasm_v128_load64_splat(v + r), x1 = wasm_v128_load64_splat(v + r + 1);
    v128_t x2 = wasm_v128_load64_splat(v + r + 2), x3 = wasm_v128_load64_splat(v + r + 3);
    for (int32_t c = 0; c < r; c += 2) {
      v128_t x = wasm_v128_load(v + c);
      TIMES(0) TIMES(1) TIMES(2) TIMES(3)
      v128_t low = wasm_f64x2_add(wasm_f64x2_mul(m0, x0), wasm_f64x2_mul(m1, x1));
      v128_t high = wasm_f64x2_add(wasm_f64x2_mul(m2, x2), wasm_f64x2_mul(m3, x3));
      wasm_v128_store(y + c, wasm_f64x2_add(wasm_v128_load(y + c), wasm_f64x2_add(low, high)));
    }
    y[r] += total(s0);
    y[r + 1] += total(s1);
    y[r + 2] += total(s2);
    y[r + 3] += total(s3);
    for (int32_t i = 0; i < 4; i++) {
      y[r + i] += a[i * stride + r + i] * v[r + i];
      for (int32_t k = 0; k < i; k++) {
        y[r + i] += a[i * stride + r + k] * v[r + k];
        y[r + k] += a[i * stride + r + k] * v[r + i];
      }
    }
  }
}

/* w of the reflector of row i (LAPACK's dlatrd): from its product with the matrix as it was when the block began. */
static void finish(const int32_t *o, double *heap, int32_t i, double tau) {
  int32_t n = up(o[1]), slot = slot_of(n, i), length = up(i);
  double *first = heap + o[6], *v = first + slot * n, *w = v + BLOCK * n;
  for (int32_t k = 0; k < n; k++) w[k] = 0;
  if (tau == 0) return;
  for (int32_t part = 0; part < parts_of(i); part++) take(w, -1, first + (7 * BLOCK + part) * n, 0, v, length);
  for (int32_t k = 0; k < slot; k++) {
    const double *vk = first + k * n, *wk = vk + BLOCK * n;
    take(w, dot(wk, v, length), vk, dot(vk, v, length), wk, length);
  }
  double half = tau / 2 * tau * dot(w, v, length);
  take(w, 1 - tau, w, half, v, length);
}

/* Brings row i up to date and makes the reflector that takes all of it off but what is next to the diagonal; returns its factor. */
static double reflect(const int32_t *o, double *heap, int32_t i) {
  int32_t n = up(o[1]), slot = slot_of(n, i);
  double *a = heap + o[2] + i * o[3], *first = heap + o[6], *v = first + slot * n;
  /* The first block may have fewer rows than the others: the rest of it is zeros. */
  for (int32_t k = 0; i == n - 1 && k < 3 * BLOCK * n; k++) first[k] = 0;
  for (int32_t k = 0; k < slot; k++) {
    const double *vk = first + k * n, *wk = vk + BLOCK * n;
    take(a, wk[i], vk, vk[i], wk, up(i + 1));
  }
  heap[o[4] + i] = a[i];
  for (int32_t k = 0; k < n; k++) v[k] = 0;
  double tau = 0;
  if (i > 0) {
    double alpha = a[i - 1], squares = dot(a, a, i - 1), beta = alpha;
    if (squares > 0) {
      beta = __builtin_sqrt(alpha * alpha + squares);
      if (alpha > 0) beta = -beta;
      tau = (beta - alpha) / beta;
      double scale = 1 / (alpha - beta);
      for (int32_t k = 0; k < i - 1; k++) v[k] = a[k] * scale;
      v[i - 1] = 1;
    }
    heap[o[5] + i - 1] = beta;
  }
  double *again = v + 2 * BLOCK * n;
  for (int32_t k = 0; k < n; k++) again[k] = v[k];
  return tau;
}
