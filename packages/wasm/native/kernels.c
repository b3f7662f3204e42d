/*
 * Two register-blocked loops, 5 rows by 8 columns, that all products here are made of. No libc, no allocation: the
 * caller lays everything out in memory and hands over a job; threads take its chunks in any order, and since a chunk
 * writes what no other does, the result does not depend on how many threads there are.
 */
#include <stdint.h>
#include <wasm_simd128.h>

#define ROWS 5
#define COLUMNS 8

typedef struct {
  int32_t kind;
  /* Gather: rows are gathered by offsets, columns come packed. Scatter: sums of outer products. */
  const float *a;
  const float *b;
  float *out;
  const int32_t *offsets;
  const int32_t *targets;
  const float *zeros;
  int32_t taps;
  int32_t depth;
  int32_t columns;
  int32_t tiles;
  int32_t tiles_per_chunk;
  int32_t images;
  int32_t a_stride;
  int32_t b_stride;
  int32_t out_stride;
} job_t;

static inline v128_t splat(const float *p) { return wasm_v128_load32_splat(p); }

#define STEP(i, k)                                                  \
  {                                                                 \
    v128_t a = splat(p##i + k);                                     \
    c##i##0 = wasm_f32x4_add(c##i##0, wasm_f32x4_mul(a, w0));       \
    c##i##1 = wasm_f32x4_add(c##i##1, wasm_f32x4_mul(a, w1));       \
  }

#define ROW(k)                                                      \
  {                                                                 \
    v128_t w0 = wasm_v128_load(v + k * COLUMNS), w1 = wasm_v128_load(v + k * COLUMNS + 4); \
    STEP(0, k) STEP(1, k) STEP(2, k) STEP(3, k) STEP(4, k)          \
  }

#define STORE(i)                                                    \
  if (targets[i] >= 0) {                                            \
    float *to = out + targets[i];                                   \
    if (left >= COLUMNS) {                                          \
      wasm_v128_store(to, c##i##0);                                 \
      wasm_v128_store(to + 4, c##i##1);                             \
    } else {                                                        \
      store_part(to, c##i##0, c##i##1, left);                       \
    }                                                               \
  }

static void store_part(float *to, v128_t low, v128_t high, int32_t left) {
  float values[COLUMNS];
  wasm_v128_store(values, low);
  wasm_v128_store(values + 4, high);
  for (int32_t i = 0; i < left; i++) to[i] = values[i];
}

/* out[row][0..8) = sum over taps and depth of a[offset of row and tap + k] * w[tap][k][0..8) */
static void gather_tile(const float *in, const float *zeros, const int32_t *offsets, int32_t taps, int32_t depth, const float *w, float *out,
                        const int32_t *targets, int32_t left) {
  v128_t z = wasm_f32x4_splat(0);
  v128_t c00 = z, c01 = z, c10 = z, c11 = z, c20 = z, c21 = z, c30 = z, c31 = z, c40 = z, c41 = z;
  for (int32_t t = 0; t < taps; t++, offsets += ROWS, w += depth * COLUMNS) {
    int32_t o0 = offsets[0], o1 = offsets[1], o2 = offsets[2], o3 = offsets[3], o4 = offsets[4];
    /* All in the padding. */
    if ((o0 & o1 & o2 & o3 & o4) < 0) continue;
    const float *p0 = o0 < 0 ? zeros : in + o0;
    const float *p1 = o1 < 0 ? zeros : in + o1;
    const float *p2 = o2 < 0 ? zeros : in + o2;
    const float *p3 = o3 < 0 ? zeros : in + o3;
    const float *p4 = o4 < 0 ? zeros : in + o4;
    const float *v = w;
    int32_t k = depth;
    /* Unrolled: addresses at fixed distances cost nothing in WebAssembly, sums of pointers do. */
    for (; k >= 4; k -= 4, v += 4 * COLUMNS, p0 += 4, p1 += 4, p2 += 4, p3 += 4, p4 += 4) {
      ROW(0) ROW(1) ROW(2) ROW(3)
    }
    for (; k > 0; k--, v += COLUMNS, p0++, p1++, p2++, p3++, p4++) {
      ROW(0)
    }
  }
  STORE(0) STORE(1) STORE(2) STORE(3) STORE(4)
}

/* A chunk is some tiles of one image. */
static void gather(const job_t *job, int32_t chunk) {
  int32_t chunks = (job->tiles + job->tiles_per_chunk - 1) / job->tiles_per_chunk;
  int32_t image = chunk / chunks, from = (chunk % chunks) * job->tiles_per_chunk;
  int32_t to = from + job->tiles_per_chunk < job->tiles ? from + job->tiles_per_chunk : job->tiles;
  const float *in = job->a + image * job->a_stride;
  float *out = job->out + image * job->out_stride;
  const float *w = job->b;
  for (int32_t n = 0; n < job->columns; n += COLUMNS, w += job->taps * job->depth * COLUMNS) {
    for (int32_t tile = from; tile < to; tile++) {
      gather_tile(in, job->zeros, job->offsets + tile * job->taps * ROWS, job->taps, job->depth, w, out + n, job->targets + tile * ROWS,
                  job->columns - n);
    }
  }
}

#undef STEP
#define STEP(i)                                                     \
  {                                                                 \
    v128_t a = splat(p + i);                                        \
    c##i##0 = wasm_f32x4_add(c##i##0, wasm_f32x4_mul(a, w0));       \
    c##i##1 = wasm_f32x4_add(c##i##1, wasm_f32x4_mul(a, w1));       \
  }
#define LOAD(i) v128_t c##i##0 = wasm_v128_load(out + i * stride), c##i##1 = wasm_v128_load(out + i * stride + 4);
#define KEEP(i) wasm_v128_store(out + i * stride, c##i##0), wasm_v128_store(out + i * stride + 4, c##i##1);

/* out[0..5)[0..8) += sum over pairs of a[first of pair + 0..5) x b[second of pair + 0..8) */
static void outer_tile(const float *a, const float *b, const int32_t *pairs, int32_t count, float *out, int32_t stride) {
  LOAD(0) LOAD(1) LOAD(2) LOAD(3) LOAD(4)
  for (int32_t j = 0; j < count; j++, pairs += 2) {
    const float *p = a + pairs[0], *v = b + pairs[1];
    v128_t w0 = wasm_v128_load(v), w1 = wasm_v128_load(v + 4);
    STEP(0) STEP(1) STEP(2) STEP(3) STEP(4)
  }
  KEEP(0) KEEP(1) KEEP(2) KEEP(3) KEEP(4)
}

/* A chunk is some tiles of rows of one tap, summed over all images. `targets` holds where each tap's pairs begin and end. */
static void outer(const job_t *job, int32_t chunk) {
  int32_t chunks = (job->tiles + job->tiles_per_chunk - 1) / job->tiles_per_chunk;
  int32_t tap = chunk / chunks, from = (chunk % chunks) * job->tiles_per_chunk;
  int32_t to = from + job->tiles_per_chunk < job->tiles ? from + job->tiles_per_chunk : job->tiles;
  const int32_t *pairs = job->offsets + job->targets[tap] * 2;
  int32_t count = job->targets[tap + 1] - job->targets[tap];
  int32_t stride = (job->columns + COLUMNS - 1) / COLUMNS * COLUMNS;
  float *out = job->out + tap * job->tiles * ROWS * stride;
  for (int32_t i = from * ROWS * stride; i < to * ROWS * stride; i++) out[i] = 0;
  for (int32_t image = 0; image < job->images; image++) {
    for (int32_t tile = from; tile < to; tile++) {
      for (int32_t n = 0; n < job->columns; n += COLUMNS) {
        outer_tile(job->a + image * job->a_stride + tile * ROWS, job->b + image * job->b_stride + n, pairs, count, out + tile * ROWS * stride + n, stride);
      }
    }
  }
}

/* to[k][0..4) = from[0..4)[k] for four k; rows of `from` lie `across` apart, those of `to` lie `apart`. */
static inline void turn(const float *from, int32_t across, float *to, int32_t apart) {
  v128_t a = wasm_v128_load(from), b = wasm_v128_load(from + across), c = wasm_v128_load(from + 2 * across), d = wasm_v128_load(from + 3 * across);
  v128_t ab = wasm_i32x4_shuffle(a, b, 0, 4, 1, 5), cd = wasm_i32x4_shuffle(c, d, 0, 4, 1, 5);
  v128_t ef = wasm_i32x4_shuffle(a, b, 2, 6, 3, 7), gh = wasm_i32x4_shuffle(c, d, 2, 6, 3, 7);
  wasm_v128_store(to, wasm_i64x2_shuffle(ab, cd, 0, 2));
  wasm_v128_store(to + apart, wasm_i64x2_shuffle(ab, cd, 1, 3));
  wasm_v128_store(to + 2 * apart, wasm_i64x2_shuffle(ef, gh, 0, 2));
  wasm_v128_store(to + 3 * apart, wasm_i64x2_shuffle(ef, gh, 1, 3));
}

/*
 * Chosen taps of from[tap][depth][columns], or from[tap][columns][depth] when transposed, in blocks of 8 columns:
 * to[block][tap][depth][8], zeros after the last column.
 */
__attribute__((export_name("pack"))) void pack(const float *from, float *to, const int32_t *chosen, int32_t taps, int32_t depth, int32_t columns,
                                               int32_t transposed) {
  int32_t down = transposed ? 1 : columns, across = transposed ? depth : 1;
  for (int32_t n = 0; n < columns; n += COLUMNS) {
    int32_t whole = columns - n >= COLUMNS;
    for (int32_t t = 0; t < taps; t++) {
      const float *tap = from + chosen[t] * depth * columns + n * across;
      int32_t k = 0;
      if (whole && transposed) {
        for (; k + 4 <= depth; k += 4, tap += 4, to += 4 * COLUMNS) {
          turn(tap, across, to, COLUMNS);
          turn(tap + 4 * across, across, to + 4, COLUMNS);
        }
      }
      for (; k < depth; k++, tap += down, to += COLUMNS) {
        if (whole && !transposed) {
          wasm_v128_store(to, wasm_v128_load(tap));
          wasm_v128_store(to + 4, wasm_v128_load(tap + 4));
        } else {
          for (int32_t i = 0; i < COLUMNS; i++) to[i] = n + i < columns ? tap[i * across] : 0;
        }
      }
    }
  }
}

/* to[column][row] = from[row][column] */
__attribute__((export_name("flip"))) void flip(const float *from, float *to, int32_t rows, int32_t columns) {
  int32_t r = 0;
  for (; r + 4 <= rows; r += 4) {
    int32_t c = 0;
    for (; c + 4 <= columns; c += 4) turn(from + r * columns + c, columns, to + c * rows + r, rows);
    for (; c < columns; c++) {
      for (int32_t i = 0; i < 4; i++) to[c * rows + r + i] = from[(r + i) * columns + c];
    }
  }
  for (; r < rows; r++) {
    for (int32_t c = 0; c < columns; c++) to[c * rows + r] = from[r * columns + c];
  }
}

__attribute__((export_name("run"))) void run(const job_t *job, int32_t chunk) {
  if (job->kind == 0) gather(job, chunk);
  else outer(job, chunk);
}
