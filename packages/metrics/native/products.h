/* Products of packed panels, and the sums and steps along vectors that the factorizations take. */
#include <stdint.h>
#include <wasm_simd128.h>

#define DEPTH 256
/* Rows of a product, and panels to pack, in a chunk. */
#define ROWS 32
#define PANELS 32

enum { LOWER = 1, LEFT_IS_UPPER = 2, RIGHT_IS_LOWER = 4 };

/* out[rows][columns] += sign * a b, for `depth` from where a and b point; element (i, k) of a is a[i * a_row + k * a_depth]. */
typedef struct {
  const double *a, *b;
  double *out, *packed_a, *packed_b;
  int32_t a_row, a_depth, b_depth, b_column, stride, rows, columns, depth, lower;
  double sign;
} product_t;

static inline int32_t up(int32_t size) { return (size + 3) & ~3; }
static inline int32_t least(int32_t a, int32_t b) { return a < b ? a : b; }

/* to[k][0..4) = sign * from[0..4)[k] */
static void pack_panel(const double *from, int32_t across, int32_t along, int32_t depth, double sign, double *to) {
  v128_t s = wasm_f64x2_splat(sign);
  if (across == 1) {
    for (int32_t k = 0; k < depth; k++, from += along, to += 4) {
      wasm_v128_store(to, wasm_f64x2_mul(s, wasm_v128_load(from)));
      wasm_v128_store(to + 2, wasm_f64x2_mul(s, wasm_v128_load(from + 2)));
    }
    return;
  }
  for (int32_t k = 0; k < depth; k++, from += along, to += 4) {
    for (int32_t i = 0; i < 4; i++) to[i] = sign * from[i * across];
  }
}

static int32_t pack_chunks(const product_t *p) { return ((p->rows + p->columns) / 4 + PANELS - 1) / PANELS; }

static void pack(const product_t *p, int32_t chunk) {
  int32_t rows = p->rows / 4, all = rows + p->columns / 4;
  for (int32_t i = chunk * PANELS; i < least(all, (chunk + 1) * PANELS); i++) {
    if (i < rows) pack_panel(p->a + 4 * i * p->a_row, p->a_row, p->a_depth, p->depth, p->sign, p->packed_a + 4 * i * p->depth);
    else pack_panel(p->b + 4 * (i - rows) * p->b_column, p->b_column, p->b_depth, p->depth, 1, p->packed_b + 4 * (i - rows) * p->depth);
  }
}

#define STEP(i, k)                                                 \
  {                                                                \
    v128_t x = wasm_v128_load64_splat(a + 4 * k + i);              \
    c##i##0 = wasm_f64x2_add(c##i##0, wasm_f64x2_mul(x, y0));      \
    c##i##1 = wasm_f64x2_add(c##i##1, wasm_f64x2_mul(x, y1));      \
  }
#define ROW(k)                                                                              \
  {                                                                                         \
    v128_t y0 = wasm_v128_load(b + 4 * k), y1 = wasm_v128_load(b + 4 * k + 2);              \
    STEP(0, k) STEP(1, k) STEP(2, k) STEP(3, k)                                             \
  }
#define ADD(i)                                                                                     \
  wasm_v128_store(out + i * stride, wasm_f64x2_add(wasm_v128_load(out + i * stride), c##i##0));    \
  wasm_v128_store(out + i * stride + 2, wasm_f64x2_add(wasm_v128_load(out + i * stride + 2), c##i##1));

/* out[0..4)[0..4) += sum over k of a[k][0..4) x b[k][0..4) */
static inline void tile(const double *a, const double *b, int32_t depth, double *out, int32_t stride) {
  v128_t z = wasm_f64x2_splat(0);
  v128_t c00 = z, c01 = z, c10 = z, c11 = z, c20 = z, c21 = z, c30 = z, c31 = z;
  /* Unrolled: addresses at fixed distances cost nothing in WebAssembly, sums of pointers do. */
  for (; depth >= 4; depth -= 4, a += 16, b += 16) {
    ROW(0) ROW(1) ROW(2) ROW(3)
  }
  for (; depth > 0; depth--, a += 4, b += 4) ROW(0)
  ADD(0) ADD(1) ADD(2) ADD(3)
}

static int32_t update_chunks(const product_t *p) { return (p->rows + ROWS - 1) / ROWS; }

/* A chunk is some rows. The last ones come first: under a diagonal they take longest. */
static void update(const product_t *p, int32_t chunk) {
  int32_t from = (update_chunks(p) - 1 - chunk) * ROWS, to = least(from + ROWS, p->rows);
  int32_t columns = p->lower ? least(to, p->columns) : p->columns;
  for (int32_t j = 0; j < columns; j += 4) {
    for (int32_t i = p->lower && j > from ? j : from; i < to; i += 4) {
      tile(p->packed_a + i * p->depth, p->packed_b + j * p->depth, p->depth, p->out + i * p->stride + j, p->stride);
    }
  }
}

/* The product of one block of the depth: rows and columns that a triangle has only zeros for are left out. */
static product_t block_of_product(const int32_t *o, double *heap, int32_t at) {
  int32_t depth = least(DEPTH, o[3] - at), end = up(at + depth);
  product_t p = {.a = heap + o[4] + at * o[6], .b = heap + o[7] + at * o[8], .out = heap + o[10], .a_row = o[5], .a_depth = o[6], .b_depth = o[8],
                 .b_column = o[9], .stride = o[11], .rows = up(o[1]), .columns = up(o[2]), .depth = depth, .lower = o[12] & LOWER, .sign = 1};
  if (o[12] & LEFT_IS_UPPER) p.rows = least(p.rows, end);
  if (o[12] & RIGHT_IS_LOWER) p.columns = least(p.columns, end);
  p.packed_a = heap + o[13];
  p.packed_b = p.packed_a + p.rows * depth;
  return p;
}

static inline double total(v128_t pair) { return wasm_f64x2_extract_lane(pair, 0) + wasm_f64x2_extract_lane(pair, 1); }

static double dot(const double *x, const double *y, int32_t n) {
  v128_t s = wasm_f64x2_splat(0), t = s;
  int32_t k = 0;
  for (; k + 4 <= n; k += 4) {
    s = wasm_f64x2_add(s, wasm_f64x2_mul(wasm_v128_load(x + k), wasm_v128_load(y + k)));
    t = wasm_f64x2_add(t, wasm_f64x2_mul(wasm_v128_load(x + k + 2), wasm_v128_load(y + k + 2)));
  }
  double sum = total(wasm_f64x2_add(s, t));
  for (; k < n; k++) sum += x[k] * y[k];
  return sum;
}

/* y -= s u + t v, for n a multiple of 4 */
static void take(double *y, double s, const double *u, double t, const double *v, int32_t n) {
  v128_t ss = wasm_f64x2_splat(s), tt = wasm_f64x2_splat(t);
  for (int32_t k = 0; k < n; k += 2) {
    v128_t sum = wasm_f64x2_add(wasm_f64x2_mul(ss, wasm_v128_load(u + k)), wasm_f64x2_mul(tt, wasm_v128_load(v + k)));
    wasm_v128_store(y + k, wasm_f64x2_sub(wasm_v128_load(y + k), sum));
  }
}
