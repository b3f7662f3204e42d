/*
 * Dense linear algebra in double precision: products, pivoted Cholesky factorization and Householder tridiagonalization of
 * row-major matrices, as src/linear-algebra/program.ts lays them out. A job is a list of operations, each a sequence of
 * steps, each of chunks: threads take the chunks of a step in any order, all wait, one calls `advance`. What a chunk
 * computes does not depend on who runs it, hence the result does not either. No libc, no allocation.
 */
#include "tridiagonal.h"

enum { MULTIPLY, FACTOR, TRIDIAGONALIZE };

typedef struct {
  /* Share of the current operation that is done. */
  double done;
  /* What a step leaves to the next ones: the tolerance of a factorization, the factor of a reflector. */
  double kept;
  /* The operation, how many there are, the phase of its step, and where it is: depth, column (-1 after the last) or row. */
  int32_t current, count, phase, at;
  int32_t operations[][16];
} job_t;

/* Phases: a product packs and updates; a factorization does a block of columns first, a tridiagonalization a row. */
enum { FINISH = 3, TIMES, REFLECT, BLOCK_OF_COLUMNS, PACK, UPDATE };

static int32_t first_phase(int32_t operation) { return operation == MULTIPLY ? PACK : operation == FACTOR ? BLOCK_OF_COLUMNS : FINISH; }

static product_t product_of(const job_t *job, double *heap) {
  const int32_t *o = job->operations[job->current];
  if (o[0] == MULTIPLY) return block_of_product(o, heap, job->at);
  return o[0] == FACTOR ? block_of_factor(o, heap, job->at) : block_of_tridiagonal(o, heap, job->at + 1);
}

/* How many chunks the current step has; 0 when all is done. */
__attribute__((export_name("chunks"))) int32_t chunks(const job_t *job, double *heap) {
  if (job->current == job->count) return 0;
  if (job->phase == TIMES) return parts_of(job->at);
  if (job->phase != PACK && job->phase != UPDATE) return 1;
  product_t p = product_of(job, heap);
  return job->phase == PACK ? pack_chunks(&p) : update_chunks(&p);
}

__attribute__((export_name("run"))) void run(job_t *job, double *heap, int32_t chunk) {
  const int32_t *o = job->operations[job->current];
  if (job->phase == PACK || job->phase == UPDATE) {
    product_t p = product_of(job, heap);
    if (job->phase == PACK) pack(&p, chunk);
    else update(&p, chunk);
  } else if (job->phase == TIMES) {
    symmetric_times(o, heap, job->at, chunk);
  } else if (job->phase == BLOCK_OF_COLUMNS) {
    if (factor_block(o, heap, job->at, &job->kept) < 0) job->at = -1;
  } else {
    if (job->phase == FINISH && job->at < up(o[1]) - 1) finish(o, heap, job->at + 1, job->kept);
    if (job->phase == REFLECT || job->at == up(o[1]) - 1 || !begins_block(up(o[1]), job->at)) job->kept = reflect(o, heap, job->at);
  }
}

static void begin(job_t *job, int32_t operation) {
  job->current = operation;
  job->done = 0;
  if (operation == job->count) return;
  const int32_t *o = job->operations[operation];
  job->phase = first_phase(o[0]);
  job->at = o[0] == TRIDIAGONALIZE ? up(o[1]) - 1 : 0;
}

static void advance_tridiagonal(job_t *job, int32_t n) {
  int32_t i = job->at, row_left = !begins_block(n, i) || i == n - 1;
  if (job->phase == PACK) job->phase = UPDATE;
  else if (job->phase == UPDATE) job->phase = REFLECT;
  else if (job->phase == FINISH && !row_left) job->phase = PACK;
  else if (i == 0) begin(job, job->current + 1);
  /* Without a reflector there is nothing to multiply by it. */
  else if (job->phase != TIMES && job->kept != 0) job->phase = TIMES;
  else {
    double share = (double)i / n;
    job->done = 1 - share * share * share;
    job->at = i - 1;
    job->phase = FINISH;
  }
}

__attribute__((export_name("start"))) void start(job_t *job) { begin(job, 0); }

/* To the next step, once all chunks of the current one have been run. */
__attribute__((export_name("advance"))) void advance(job_t *job) {
  const int32_t *o = job->operations[job->current];
  if (o[0] == TRIDIAGONALIZE) {
    advance_tridiagonal(job, up(o[1]));
  } else if (job->phase == BLOCK_OF_COLUMNS) {
    if (job->at < 0) begin(job, job->current + 1);
    else job->phase = PACK;
  } else if (job->phase == PACK) {
    job->phase = UPDATE;
  } else {
    job->at += o[0] == MULTIPLY ? DEPTH : BLOCK;
    int32_t end = o[0] == MULTIPLY ? o[3] : o[1];
    job->done = (double)job->at / end;
    if (job->at >= end) begin(job, job->current + 1);
    else job->phase = first_phase(o[0]);
  }
}
